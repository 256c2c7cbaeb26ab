//! Files of settlements: in every format, all of it or nothing, every fault by its row.

use crate::settlements::{SETTLEMENTS, at, village};
use crate::support::{Reply, TestApp, with};
use serde_json::{Value, json};

const CSV: &str = "text/csv";

async fn import(app: &TestApp, query: &str, media_type: &str, file: &[u8]) -> Reply {
    let uri = format!("{SETTLEMENTS}/import?{query}");
    let headers = [("content-type", media_type)];
    app.send("department", "POST", &uri, &headers, Some(file.to_vec()))
        .await
}

/// The rows, places and codes of the faults.
fn faults(reply: &Reply) -> Vec<(u64, String, String)> {
    let errors = reply.json()["errors"].as_array().unwrap().clone();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let place = |error: &Value| {
        (
            error["row"].as_u64().unwrap_or(0),
            text(&error["pointer"]) + &text(&error["parameter"]),
            text(&error["code"]),
        )
    };
    errors.iter().map(place).collect()
}

fn told(expected: &[(u64, &str, &str)]) -> Vec<(u64, String, String)> {
    let own = |(row, place, code): &(u64, &str, &str)| (*row, (*place).into(), (*code).into());
    expected.iter().map(own).collect()
}

fn counts(created: usize, updated: usize, unchanged: usize) -> Value {
    json!({"created": created, "updated": updated, "unchanged": unchanged})
}

both_backends! {
    async fn a_table_as_people_write_it_is_read_with_its_clusters(app: TestApp) {
        app.with_division().await;
        let table = "DANH SÁCH THÔN BẢN;;;;;;;;\n\
            STT;Mã thôn bản;Tên thôn bản;Cụm dân cư;Kinh độ;Vĩ độ;Dân số;Số hộ;Có điện lưới\n\
            1;B-01;Bản Nà Lạn;;103,02;22,03;1.412;90;Có\n\
            2;B-01;Bản Nà Lạn;Khu Suối;103°01'48\";22°02'24\";;23;\n\
            3;B-02;Bản Co Bon;;103,12;22,03;;;không\n\
            4;B-01;;Khu Đồi;103,031;22,041;;;\n";
        assert_eq!(import(&app, "dry_run=true", CSV, table.as_bytes()).await.expect(200).json(), counts(2, 0, 0));
        assert_eq!(app.ask(SETTLEMENTS).await["items"], json!([]), "a dry run stores nothing");
        assert_eq!(import(&app, "reason=census", CSV, table.as_bytes()).await.expect(200).json(), counts(2, 0, 0));
        assert_eq!(import(&app, "", CSV, table.as_bytes()).await.expect(200).json(), counts(0, 0, 2));
        let read = app.ask(&at("B-01")).await;
        assert_eq!((&read["name"], &read["population"], &read["has_grid_power"]), (&json!("Bản Nà Lạn"), &json!(1412), &json!(true)));
        let clusters = json!([{"name": "Khu Suối", "longitude": 103.03, "latitude": 22.04, "households": 23},
            {"name": "Khu Đồi", "longitude": 103.031, "latitude": 22.041, "households": null}]);
        assert_eq!(read["clusters"], clusters);
        let other = app.ask(&at("B-02")).await;
        assert_eq!((&other["has_grid_power"], &other["district"], &other["clusters"]), (&json!(false), &json!("106"), &json!([])));
        let line = app.ask("/api/v1/changes?limit=10000").await["items"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&line["resource"], &line["reason"], &line["action"]), (&json!("settlement"), &json!("census"), &json!("create")));
    }

    async fn what_is_read_in_any_format_is_taken_back_unchanged(app: TestApp) {
        app.seed();
        for format in ["csv", "xlsx", "json", "geojson"] {
            let reply = app.get(&format!("{SETTLEMENTS}?limit=1000&f={format}")).await.expect(200);
            // A page of JSON has its records under `items`, a file is the list of them.
            let body = if format == "json" { reply.json()["items"].to_string().into_bytes() } else { reply.body.to_vec() };
            let outcome = import(&app, "", &reply.header("content-type"), &body).await.expect(200);
            assert_eq!(outcome.json(), counts(0, 0, 950), "{format}");
        }
    }

    async fn every_faulty_row_is_told_and_nothing_stored(app: TestApp) {
        app.with_division().await;
        let table = "code,name,cluster,longitude,latitude,population,households,has_grid_power\n\
            B-1,Một,,103.02,22.03,412,90,x\n\
            B-1,Một,Khu Suối,east,22.04,,23,\n\
            B-1,Một,Khu Đồi,103.03,22.04,99,1.5,\n\
            B-2,,,103.204,22.1,,,maybe\n\
            B-1,Hai,,103.02,22.03,,,\n\
            B-3,,Khu Trên,103.02,22.03,,,\n\
            ,Không mã,,103.02,22.03,,,\n\
            B-4,Bốn,,103.02,,,,\n";
        let reply = import(&app, "", CSV, table.as_bytes()).await.expect(400);
        let expected = [
            (3, "/longitude", "bad_format"),
            (4, "/population", "not_of_cluster"),
            (4, "/households", "wrong_type"),
            (5, "/has_grid_power", "unknown_value"),
            (5, "/name", "required"),
            (6, "/code", "duplicate"),
            (7, "/code", "missing_centre"),
            (8, "/code", "required"),
            (9, "/latitude", "required"),
        ];
        assert_eq!(faults(&reply), told(&expected));
        assert_eq!(app.ask(SETTLEMENTS).await["items"], json!([]));
        let reply = import(&app, "dry_run=true", CSV, table.as_bytes()).await.expect(400);
        assert_eq!(faults(&reply).len(), expected.len(), "a dry run tells the same");
        let reply = import(&app, "", CSV, b"code,name,cluster\nB-1,x,\n").await.expect(400);
        assert_eq!(faults(&reply), told(&[(0, "", "missing_column"), (0, "", "missing_column")]));
        let reply = import(&app, "", CSV, "code,name,longitude,latitude,Màu sơn\n".as_bytes()).await.expect(400);
        assert_eq!(faults(&reply), told(&[(0, "", "unknown_column")]));
    }

    async fn positions_come_in_the_coordinate_system_of_the_file(app: TestApp) {
        app.with_division().await;
        // TM-3 of Lai Châu: 103.02 E, 22.03 N and a place a kilometre north-east of it.
        let crs = telecom_inventory::geo::Crs::of(9205).unwrap();
        let (x, y) = crs.from_wgs84(103.02, 22.03).unwrap();
        let list = json!([with(&village("B-1"), &json!({"longitude": x, "latitude": y, "clusters": [{"longitude": x + 1000.0, "latitude": y + 1000.0}]}))]);
        import(&app, "crs=EPSG:9205", "application/json", list.to_string().as_bytes()).await.expect(200);
        let read = app.ask(&at("B-1")).await;
        let near = |value: &Value, degrees: f64| (value.as_f64().unwrap() - degrees).abs() < 1e-4;
        assert!(near(&read["longitude"], 103.02) && near(&read["latitude"], 22.03), "{read}");
        let cluster = &read["clusters"][0];
        assert!((0.005..0.015).contains(&(cluster["longitude"].as_f64().unwrap() - 103.02)), "{cluster}");
        let table = format!("code,name,cluster,X,Y\nB-2,Hai,,{x},{y}\nB-2,,Khu Suối,{},{}\n", x + 1000.0, y + 1000.0);
        import(&app, "crs=EPSG:9205", CSV, table.as_bytes()).await.expect(200);
        let other = app.ask(&at("B-2")).await;
        assert!(near(&other["longitude"], 103.02) && near(&other["clusters"][0]["latitude"], cluster["latitude"].as_f64().unwrap()), "{other}");
    }

    async fn a_file_that_cannot_be_read_is_refused(app: TestApp) {
        app.with_division().await;
        import(&app, "", "image/png", b"x").await.expect(415);
        import(&app, "colour=red", CSV, b"x").await.expect(400);
        import(&app, "", "application/json", b"{").await.expect(400);
        import(&app, "crs=EPSG:1", CSV, b"code\n").await.expect(400);
        let features = json!({"type": "FeatureCollection", "features": [
            {"type": "Feature", "geometry": {"type": "Point", "coordinates": [103.02, 22.03]}, "properties": {"code": "B-1", "name": "Một"}},
            {"type": "Feature", "geometry": null, "properties": {"code": "B-2", "name": "Hai"}}]});
        let reply = import(&app, "", "application/geo+json", features.to_string().as_bytes()).await.expect(400);
        assert_eq!(faults(&reply)[0], (2, "/geometry".to_owned(), "bad_geometry".to_owned()));
        // Settlements are the department's own: they are not handed in.
        app.send("viettel", "POST", "/api/v1/submissions?kind=settlements", &[("content-type", CSV)], Some(b"x".to_vec())).await.expect(400);
        app.get("/api/v1/submissions/templates/settlements.csv").await.expect(404);
    }
}

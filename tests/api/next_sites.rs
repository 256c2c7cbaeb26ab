//! Where to build next: what is looked at, in which order it is chosen, and how far a better choice could be.

use serde_json::{Value, json};

use crate::settlements::village;
use crate::support::{TestApp, with};
use crate::what_if::{hamlet, number, site};

const NEXT: &str = "/api/v1/coverage/next-sites?as_of=2016-12-31";

async fn choose(app: &TestApp, query: &str, body: &Value) -> Value {
    let body = with(
        &json!({"technology": "4g", "declared_radius_m": 1_500.0}),
        body,
    );
    app.post("reader", &format!("{NEXT}{query}"), &body)
        .await
        .expect(200)
        .json()
}

/// Of each chosen place its code, its gain and the codes of the settlements it adds.
fn chosen(answer: &Value) -> Vec<(String, f64, Vec<String>)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let sites = answer["sites"].as_array().unwrap().iter();
    sites
        .map(|it| {
            let settlements = it["settlements"].as_array().unwrap().iter();
            (
                text(&it["code"]),
                number(it, "/gain"),
                settlements.map(|it| text(&it["code"])).collect(),
            )
        })
        .collect()
}

fn expected(list: &[(&str, f64, &[&str])]) -> Vec<(String, f64, Vec<String>)> {
    let own = |(code, gain, settlements): &(&str, f64, &[&str])| {
        (
            (*code).to_owned(),
            *gain,
            settlements.iter().map(|it| (*it).to_owned()).collect(),
        )
    };
    list.iter().map(own).collect()
}

both_backends! {
    async fn the_places_that_add_most_come_first(app: TestApp) {
        app.with_division().await;
        // A is served by viettel. B and C lie 2 km apart, D and E alone.
        app.site("viettel", &site("viettel", "V", (103.02, 22.02), ("4g", 1_000.0))).await;
        app.site("vnpt", &site("vnpt", "M", (103.06, 22.05), ("2g", 500.0))).await;
        for village in [
            hamlet("A", (103.02, 22.02), 900), hamlet("B", (103.05, 22.05), 100), hamlet("C", (103.07, 22.05), 80),
            hamlet("D", (103.15, 22.15), 150), hamlet("E", (103.03, 22.15), 10),
        ] {
            app.put("department", "/api/v1/settlements", &json!([village])).await.expect(200);
        }
        let answer = choose(&app, "", &json!({})).await;
        // The site M reaches both B and C; nobody needs A.
        assert_eq!(chosen(&answer), expected(&[("M", 180.0, &["B", "C"]), ("D", 150.0, &["D"]), ("E", 10.0, &["E"])]), "{answer}");
        assert_eq!((&answer["gain"], &answer["without_signal"], &answer["upper_bound"]), (&json!(340.0), &json!(340.0), &json!(340.0)));
        assert_eq!((&answer["gap_percent"], &answer["value"]), (&json!(0.0), &json!("population")));
        assert_eq!(answer["candidates"], json!({"positions": 0, "sites": 1, "settlements": 4, "left_out": 0}));
        let first = &answer["sites"][0];
        assert_eq!((&first["kind"], &first["operator"], &first["model"], &first["rank"]), (&json!("site"), &json!("vnpt"), &json!("declared_radius"), &json!(1)));
        assert_eq!(answer["sites"][2]["cumulative_gain"], 340.0);

        let two = choose(&app, "", &json!({"count": 1, "areas": ["107", "105"]})).await;
        assert_eq!(chosen(&two), expected(&[("M", 180.0, &["B", "C"])]));
        let villages = choose(&app, "", &json!({"value": "settlements", "count": 2})).await;
        assert_eq!(chosen(&villages)[0], expected(&[("M", 2.0, &["B", "C"])])[0]);
        // To vnpt the signal of viettel is none, and the site of viettel may be shared.
        let own = choose(&app, "", &json!({"operator": "vnpt", "count": 1})).await;
        assert_eq!(chosen(&own), expected(&[("V", 900.0, &["A"])]), "{own}");
        assert_eq!(own["definition"]["operator"], "vnpt");
        // Viettel itself is told of vnpt's site alone.
        let viettel = choose(&app, "", &json!({"operator": "viettel"})).await;
        assert_eq!(viettel["candidates"]["sites"], 1);
        // A place of the request between the two, where there is no site to share.
        let asked = json!({"candidates": [[103.061, 22.051], [103.9, 22.05]], "count": 1});
        let id = app.ask("/api/v1/sites?operator=vnpt").await["items"][0]["id"].as_str().unwrap().to_owned();
        let answer = choose(&app, &format!("&exclude_sites={id}"), &asked).await;
        assert_eq!((&answer["sites"][0]["kind"], &answer["sites"][0]["gain"]), (&json!("position"), &json!(180.0)));
        assert_eq!(answer["candidates"]["positions"], 1, "nothing is within reach of the other");
        assert_eq!(answer["candidates"]["sites"], 0);
    }

    async fn reports_and_clusters_count(app: TestApp) {
        app.with_division().await;
        // The people live in the clusters: 30 of 120 households beside the centre, 90 far away.
        let body = with(&village("B-1"), &json!({"longitude": 103.02, "latitude": 22.02, "population": 400, "clusters": [
            {"longitude": 103.021, "latitude": 22.021, "households": 30}, {"longitude": 103.08, "latitude": 22.08, "households": 90}]}));
        app.put("department", "/api/v1/settlements", &json!([body])).await.expect(200);
        let answer = choose(&app, "", &json!({"candidates": [[103.08, 22.081]]})).await;
        let gains: Vec<f64> = chosen(&answer).iter().map(|it| it.1).collect();
        assert_eq!(gains, [300.0, 100.0]);
        let report = json!({"observed_on": "2016-05-01", "status": "covered"});
        app.post("department", "/api/v1/settlements/B-1/reports", &report).await.expect(201);
        let answer = choose(&app, "", &json!({})).await;
        assert_eq!((&answer["sites"], &answer["without_signal"], &answer["gap_percent"]), (&json!([]), &json!(0.0), &json!(0.0)));
        let earlier = app.post("reader", "/api/v1/coverage/next-sites?as_of=2016-04-30", &json!({"technology": "4g"})).await.expect(200).json();
        assert_eq!(earlier["without_signal"], 400.0);
        assert_eq!(earlier["sites"][0]["model"], "assumed_radius");
    }

    async fn every_fault_of_the_question_is_told(app: TestApp) {
        app.with_division().await;
        let body = json!({"technology": "4g", "operator": "nobody", "areas": ["999"]});
        let found = app.post("reader", NEXT, &body).await.expect(400).faults();
        let told = [("/areas/0", "unknown_area"), ("/operator", "unknown_operator")];
        assert_eq!(found, told.map(|(place, code)| (place.to_owned(), code.to_owned())));
        let places: Vec<[f64; 2]> = vec![[103.0, 22.0]; 201];
        let body = json!({"count": 51, "value": "money", "candidates": places});
        let found = app.post("reader", NEXT, &body).await.expect(400).faults();
        let told = [("/technology", "required"), ("/count", "out_of_range"), ("/value", "unknown_value"), ("/candidates", "too_many")];
        assert_eq!(found, told.map(|(place, code)| (place.to_owned(), code.to_owned())));
        let uri = format!("{NEXT}&technology=4g");
        assert_eq!(app.post("reader", &uri, &json!({"technology": "4g"})).await.expect(400).faults()[0].1, "unknown_parameter");
        app.post("", NEXT, &json!({"technology": "4g"})).await.expect(401);
    }
}

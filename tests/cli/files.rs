//! Seeds, exports and imports: what goes out comes back as it was.

use serde_json::{Value, json};

use crate::support::Place;

const SITES: usize = 509;
const COUNTS: usize = 176;
const SETTLEMENTS: usize = 950;

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// What operators said, without what the register made of it.
fn said(text: &str) -> Vec<String> {
    let mut said: Vec<String> = lines(text)
        .into_iter()
        .map(|mut row| {
            let fields = row.as_object_mut().unwrap();
            for made in ["id", "version", "created_at", "updated_at", "recorded_at"] {
                fields.remove(made);
            }
            row.to_string()
        })
        .collect();
    said.sort();
    said
}

#[test]
fn an_empty_register_is_seeded_once() {
    for place in Place::on_both_databases() {
        let first = place.done(&["seed"]);
        assert!(
            first.starts_with(&format!(
                "Seeded 5 operators, 153 areas, {SITES} sites, {COUNTS} subscriber counts, {SETTLEMENTS} settlements"
            )),
            "{first}"
        );
        let sites = place.done(&["export", "sites"]);
        assert!(
            place
                .done(&["seed"])
                .contains("not empty; nothing was seeded")
        );
        assert_eq!(place.done(&["export", "sites"]), sites);
        assert_eq!(sites.lines().count(), SITES);
    }
}

#[test]
fn what_is_exported_can_be_imported_and_changes_nothing() {
    for place in Place::on_both_databases() {
        place.done(&["seed"]);
        for format in ["ndjson", "json", "geojson", "csv", "xlsx"] {
            for (what, count, told) in [
                ("sites", SITES, "Sites"),
                ("subscribers", COUNTS, "Subscriber counts"),
                ("settlements", SETTLEMENTS, "Settlements"),
            ] {
                if (what, format) == ("subscribers", "geojson") {
                    continue; // they have no position
                }
                let file = format!("{what}.{format}");
                let wrote = place.done(&["export", what, "--format", format, "--out", &file]);
                assert_eq!(wrote, format!("Wrote {count} rows\n"));
                if format != "xlsx" {
                    let told = place.done(&["export", what, "--format", format]);
                    assert_eq!(told, place.read(&file));
                }
                let again = place.done(&["import", what, &file]);
                let unchanged = format!("{told}: 0 created, 0 updated, {count} unchanged\n");
                assert_eq!(again, unchanged, "{file}");
            }
        }
        place.done(&["export", "operators", "--out", "operators.ndjson"]);
        assert!(
            place
                .done(&["import", "operators", "operators.ndjson"])
                .contains("0 created, 0 updated, 5 unchanged")
        );
        place.done(&["export", "areas", "--out", "areas.geojson"]);
        let again = place.done(&["import", "areas", "areas.geojson"]);
        assert!(
            again.contains("0 created, 0 updated, 153 unchanged"),
            "{again}"
        );
    }
}

#[test]
fn a_register_moves_to_another_database_by_its_files() {
    let mut others = Place::on_both_databases();
    let from = others.remove(0);
    from.done(&["seed"]);
    let kinds = [
        ("operators", "ndjson"),
        ("areas", "geojson"),
        ("sites", "ndjson"),
        ("subscribers", "ndjson"),
        ("settlements", "ndjson"),
    ];
    let file =
        |what: &str, ending: &str| from.path(&format!("{what}.{ending}")).display().to_string();
    for (what, ending) in kinds {
        from.done(&["export", what, "--out", &file(what, ending)]);
    }
    for to in std::iter::once(Place::new()).chain(others) {
        for (what, ending) in kinds {
            let told = to.done(&["import", what, &file(what, ending)]);
            assert!(told.contains("created, 0 updated, 0 unchanged"), "{told}");
        }
        for what in ["sites", "subscribers", "settlements"] {
            let before = std::fs::read_to_string(file(what, "ndjson")).unwrap();
            assert_eq!(said(&to.done(&["export", what])), said(&before));
        }
    }
}

#[test]
fn settlements_are_imported_whole_or_not_at_all() {
    for place in Place::on_both_databases() {
        let table = "Mã thôn bản,Tên thôn bản,Cụm dân cư,Kinh độ,Vĩ độ,Số hộ\n\
            B-1,Bản Một,,103.02,22.03,90\nB-1,,Khu Suối,103.03,22.04,23\n";
        place.file("villages.csv", table);
        let told = place.done(&["import", "settlements", "villages.csv", "--dry-run"]);
        assert_eq!(
            told,
            "Settlements: 1 created, 0 updated, 0 unchanged (nothing was stored)\n"
        );
        let told = place.done(&["import", "settlements", "villages.csv"]);
        assert_eq!(told, "Settlements: 1 created, 0 updated, 0 unchanged\n");
        place.file("wrong.csv", &format!("{table}B-2,,,103.02,22.03,\n"));
        let ran = place.run(&["import", "settlements", "wrong.csv"]).expect(3);
        assert!(ran.stderr.contains("row 4"), "{}", ran.stderr);
        let kept = lines(&place.done(&["export", "settlements"]));
        assert_eq!(
            (kept.len(), &kept[0]["clusters"][0]["name"]),
            (1, &json!("Khu Suối"))
        );
        place
            .run(&["import", "settlements", "villages.pdf"])
            .expect(2);
    }
}

#[test]
fn every_bad_row_is_listed_and_nothing_is_stored() {
    for place in Place::on_both_databases() {
        place.file("operators.json", r#"[{"code":"viettel","name":"Viettel"}]"#);
        place.done(&["import", "operators", "operators.json"]);
        let site = |code: &str, longitude: f64| {
            json!({"operator": "viettel", "code": code, "kind": "bts", "name": code, "longitude": longitude, "latitude": 22.4,
            "radios": [{"technology": "2g"}]})
        };
        let mut rows = [
            site("A-1", 103.4),
            site("A-2", 103.41),
            site("A-3", 103.42),
            site("A-1", 103.43),
            site("A-5", 103.44),
        ];
        rows[1]["radios"][0]["technology"] = json!("6g");
        rows[1]["name"] = json!("");
        rows[4]["operator"] = json!("nobody");
        let text: Vec<String> = rows.iter().map(Value::to_string).collect();
        place.file("sites.ndjson", &text.join("\n"));
        let refused = place.run(&["import", "sites", "sites.ndjson"]).expect(3);
        for part in [
            "row 2 /radios/0/technology",
            "unknown_technology",
            "[\"6g\"]",
            "row 2 /name",
            "row 4 /code",
            "row 5 /operator",
            "4 rule(s) broken",
            "nothing was stored",
        ] {
            assert!(refused.stderr.contains(part), "{part}:\n{}", refused.stderr);
        }
        assert!(
            !refused.stderr.contains("row 1 ") && !refused.stderr.contains("row 3 "),
            "{}",
            refused.stderr
        );
        assert_eq!(place.done(&["export", "sites"]), "");

        place.file("sites.csv", "code,kind,name,longitude,latitude\nB-1,bts,Một,103.4,22.4\nB-2,bts,Hai,22.4,103.4\nB-3,bts,Ba,abc,22.4\n");
        let refused = place
            .run(&["import", "sites", "sites.csv", "--operator", "viettel"])
            .expect(3);
        assert!(
            refused.stderr.contains("row 3 ")
                && refused.stderr.contains("row 4 ")
                && !refused.stderr.contains("row 2 "),
            "{}",
            refused.stderr
        );
        assert_eq!(place.done(&["export", "sites"]), "");
        place.file("broken.ndjson", "{\"code\":\n\n[1]\n{oops\n");
        let refused = place.run(&["import", "sites", "broken.ndjson"]).expect(3);
        assert!(
            refused.stderr.contains("row 1 ") && refused.stderr.contains("row 4 "),
            "{}",
            refused.stderr
        );

        place.file("counts.ndjson", concat!(
            "{\"operator\":\"viettel\",\"service\":\"mobile\",\"area\":\"105\",\"period_end\":\"2016-12-31\",\"subscribers\":-1}\n",
            "{\"operator\":\"viettel\",\"service\":\"pigeon\",\"area\":\"105\",\"period_end\":\"2016-12-32\",\"subscribers\":1}\n"
        ));
        let refused = place
            .run(&["import", "subscribers", "counts.ndjson"])
            .expect(3);
        for part in ["row 1 /subscribers", "row 2 /service", "row 2 /period_end"] {
            assert!(refused.stderr.contains(part), "{part}:\n{}", refused.stderr);
        }
        assert_eq!(place.done(&["export", "subscribers"]), "");

        place.file(
            "good.csv",
            "code,kind,name,longitude,latitude\nB-1,bts,Một,103.4,22.4\n",
        );
        assert_eq!(
            place.done(&["import", "sites", "good.csv", "--operator", "viettel"]),
            "Sites: 1 created, 0 updated, 0 unchanged\n"
        );
        let one = lines(&place.done(&["export", "sites"]));
        assert_eq!(
            (one.len(), &one[0]["code"], &one[0]["operator"]),
            (1, &json!("B-1"), &json!("viettel"))
        );
    }
}

#[test]
fn a_file_with_an_unknown_ending_is_refused() {
    let place = Place::new();
    place.file("sites.doc", "");
    let failed = place.run(&["import", "sites", "sites.doc"]);
    assert!(
        failed.code != 0 && failed.stderr.contains(".ndjson"),
        "{failed:?}"
    );
}

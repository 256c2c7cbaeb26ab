//! How coverage changed between two days: figures, settlements and sites.

use std::f64::consts::PI;

use serde_json::json;

use crate::support::{TestApp, bts, with};
use crate::what_if::{hamlet, is_near, number, site};

const DIFF: &str = "/api/v1/coverage/diff?from=2015-12-31&to=2016-12-31";

both_backends! {
    async fn two_days_are_compared_in_one_division(app: TestApp) {
        app.with_division().await;
        for (code, at, since, until) in [
            ("OLD", (103.02, 22.02), "2012-01-01", None),
            ("NEW", (103.075, 22.075), "2016-03-01", None),
            ("GONE", (103.15, 22.05), "2012-01-01", Some("2016-06-01")),
        ] {
            let own = json!({"commissioned_on": since, "decommissioned_on": until,
                "status": if until.is_some() { "decommissioned" } else { "active" }});
            app.site("viettel", &with(&site("viettel", code, at, ("4g", 1_000.0)), &own)).await;
        }
        let two = json!({"commissioned_on": "2012-01-01", "longitude": 103.05, "latitude": 22.15, "operator": "vnpt", "radios": [
            {"technology": "2g", "declared_radius_m": 1_000.0}, {"technology": "3g", "declared_radius_m": 500.0, "commissioned_on": "2016-02-01"}]});
        app.site("vnpt", &with(&bts("MORE"), &two)).await;
        for village in [hamlet("B-1", (103.075, 22.075), 40), hamlet("B-2", (103.15, 22.05), 7)] {
            app.put("department", "/api/v1/settlements", &json!([village])).await.expect(200);
        }
        let diff = app.ask(DIFF).await;
        assert_eq!((&diff["from"], &diff["to"], &diff["division_on"]), (&json!("2015-12-31"), &json!("2016-12-31"), &json!("2016-12-31")));
        assert_eq!(diff["site_count"], 3);
        let fates: Vec<_> = diff["sites"].as_array().unwrap().iter()
            .map(|it| [&it["operator"], &it["code"], &it["what"]].map(|word| word.as_str().unwrap())).collect();
        assert_eq!(fates, [["viettel", "GONE", "removed"], ["viettel", "NEW", "added"], ["vnpt", "MORE", "changed"]]);
        let area = |code: &str| diff["areas"].as_array().unwrap().iter().find(|it| it["unit"]["code"] == code).unwrap().clone();
        assert!(is_near(number(&area("105"), "/delta/covered_km2"), PI), "{diff}");
        assert_eq!(area("105")["delta"]["settlements_gained"][0]["code"], "B-1");
        assert!(is_near(number(&area("106"), "/delta/covered_km2"), -PI), "{diff}");
        assert_eq!(area("106")["delta"]["settlements_lost"][0]["code"], "B-2");
        assert!(number(&diff, "/total/delta/covered_km2").abs() < 0.05, "{diff}");
        assert_eq!(diff["total"]["delta"]["population"], 33);

        let own = app.ask(&format!("{DIFF}&operator=vnpt&technology=3g&level=commune&division_on=2025-07-01")).await;
        assert_eq!((&own["site_count"], &own["sites"][0]["what"], &own["level"]), (&json!(1), &json!("added"), &json!("commune")));
        assert_eq!((own["areas"].as_array().unwrap().len(), &own["division_on"]), (4, &json!("2025-07-01")));
        assert!((number(&own, "/total/delta/covered_km2") - PI / 4.0).abs() < 0.05, "{own}");
        let back = app.ask("/api/v1/coverage/diff?from=2016-12-31&to=2015-12-31").await;
        assert_eq!(back["total"]["delta"]["population"], -33);
        // It follows every change.
        app.site("viettel", &with(&site("viettel", "LATER", (103.16, 22.15), ("4g", 1_000.0)), &json!({"commissioned_on": "2016-03-01"}))).await;
        assert_eq!(app.ask(DIFF).await["site_count"], 4);
    }

    async fn the_first_day_must_be_given(app: TestApp) {
        app.with_division().await;
        let faults = async |query: &str| { app.get(&format!("/api/v1/coverage/diff?{query}")).await.expect(400).faults() };
        assert_eq!(faults("level=district").await, [("from".to_owned(), "required".to_owned())]);
        assert_eq!(faults("from=2015-02-30&level=x").await.len(), 2);
        assert_eq!(faults("from=2015-12-31&as_of=2016-12-31").await[0].1, "unknown_parameter");
        let empty = app.ask("/api/v1/coverage/diff?from=2015-12-31").await;
        assert_eq!((&empty["site_count"], &empty["total"]["delta"]["covered_km2"]), (&json!(0), &json!(0.0)));
    }
}

//! The elevation data in use: tiles, heights, and what is computed of them.

use serde_json::{Value, json};

use crate::support::TestApp;

const ELEVATION: &str = "/api/v1/elevation";

/// A tile of 3″ whose heights are a function of row (from the north) and column.
pub fn tile(height_m: impl Fn(usize, usize) -> i16) -> Vec<u8> {
    const SIDE: usize = 1201;
    let nodes = (0..SIDE).flat_map(|row| (0..SIDE).map(move |column| (row, column)));
    nodes
        .flat_map(|(row, column)| height_m(row, column).to_be_bytes())
        .collect()
}

both_backends! {
    async fn without_a_folder_there_are_no_heights(app: TestApp) {
        let none = app.ask(&format!("{ELEVATION}?position=103.5,22.5")).await;
        assert_eq!(none, json!({"tiles": [], "total": 0, "survey": {"missing": 0, "made": 0}, "footprints": 0, "height": null}));
        for wrong in ["position=103.5", "position=a,b", "position=22.5,103.5", "position=NaN,22.5", "position=inf,0", "place=1", "f=csv"] {
            app.get(&format!("{ELEVATION}?{wrong}")).await.expect(400);
        }
        app.send("", "GET", ELEVATION, &[], None).await.expect(401);
    }
}

#[actix_web::test]
async fn tiles_are_told_by_name_and_digest_and_give_heights() {
    let folder = tempfile::TempDir::new().unwrap();
    // A plane that rises to the east, with a hole.
    let bytes = tile(|row, column| {
        if (595..=605).contains(&row) && (595..=605).contains(&column) {
            i16::MIN
        } else {
            100 + i16::try_from(column).unwrap()
        }
    });
    std::fs::write(folder.path().join("N22E103.hgt"), bytes).unwrap();
    std::fs::write(folder.path().join("readme.txt"), "no tile").unwrap();
    let path = folder.path().display().to_string();
    let app = TestApp::with_flags(&["--elevation-dir", &path]).await;
    let reply = app.get(&format!("{ELEVATION}?position=103.25,22.25")).await;
    assert!(
        !reply.text().contains(&path),
        "the folder is nobody's business"
    );
    let view = reply.expect(200).json();
    assert_eq!(
        (&view["total"], &view["footprints"]),
        (&json!(1), &json!(0))
    );
    let tile = &view["tiles"][0];
    assert_eq!(
        (&tile["square"], &tile["file"], &tile["format"]),
        (&json!("N22E103"), &json!("N22E103.hgt"), &json!("hgt"))
    );
    assert_eq!(tile["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(
        view["height"],
        json!({"longitude": 103.25, "latitude": 22.25, "height_m": 400.0, "filled": false})
    );
    for (position, filled) in [
        ("103,22", json!(false)),
        ("104,23", json!(false)),
        ("103.5,22.5", json!(true)),
        ("102.9999,22.5", Value::Null),
        ("-180,-90", Value::Null),
        ("180,90", Value::Null),
    ] {
        let view = app.ask(&format!("{ELEVATION}?position={position}")).await;
        assert_eq!(view["height"]["filled"], filled, "{position}: {view}");
    }
}

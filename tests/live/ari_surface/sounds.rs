//! Sounds.

use asterisk_sdk::ari::model::FileFormat;

use super::{Stage, refuses};

/// The operations of this family.
pub(super) const OPERATIONS: &[&str] = &["GET /sounds", "GET /sounds/{soundId}"];

pub(super) async fn found(stage: &Stage) {
    let sounds = stage.ari.sounds();
    let all = sounds.list().await.unwrap();
    assert!(all.len() > 500, "{}", all.len());
    let english = sounds.list().language("en").format("gsm").await.unwrap();
    assert_eq!(english.len(), all.len());
    refuses!(sounds.list().language("xx"), 404, "No sounds found that matched the query");
    let one = sounds.get("digits/1").await.unwrap();
    assert_eq!((&*one.id, one.text.as_deref()), ("digits/1", None));
    let [format] = &one.formats[..] else { panic!("{one:?}") };
    assert_eq!((&*format.language, &format.format), ("en", &FileFormat::Gsm));
    assert!(all.contains(&one));
    refuses!(sounds.get("nosuch"), 404, "Sound not found");
}

//! The `DATABASE` family, `GET VARIABLE`, `GET FULL VARIABLE`, `SET VARIABLE`, and quoting.

use asterisk_sdk::agi::command::Custom;
use asterisk_sdk::agi::{CommandError, LineError};

use super::{call, is_usage};

#[tokio::test]
async fn the_database() {
    let Some((live, mut call)) = call("database", "wait", &[]).await else { return };
    let family = "agi-live";
    // What an earlier run may have left.
    call.database_del_tree(family).await.unwrap();
    assert!(!call.database_del_tree(family).await.unwrap());
    assert_eq!(call.database_get(family, "k").await.unwrap(), None);
    for value in ["v (1) \"q\" \\", "", "a\tb"] {
        call.database_put(family, "k", value).await.unwrap();
        assert_eq!(call.database_get(family, "k").await.unwrap().unwrap(), value);
    }
    call.database_del(family, "k").await.unwrap();
    assert_eq!(call.database_get(family, "k").await.unwrap(), None);
    call.database_del(family, "k").await.unwrap();

    for key in ["t", "t/a", "tt"] {
        call.database_put(family, key, "1").await.unwrap();
    }
    assert!(call.database_del_tree(family).tree("t").await.unwrap());
    assert!(!call.database_del_tree(family).tree("t").await.unwrap());
    assert_eq!(call.database_get(family, "tt").await.unwrap().unwrap(), "1");
    assert!(call.database_del_tree(family).await.unwrap());

    let long = "f".repeat(300);
    let refused = call.database_put(&*long, "k", "v").await;
    let kept = call.database_del(&*long, "k").await;
    if live.version == 16 {
        assert!(matches!(refused, Err(CommandError::Database { .. })), "{refused:?}");
        assert!(matches!(kept, Err(CommandError::Database { .. })), "{kept:?}");
    } else {
        refused.and(kept).unwrap();
    }
    live.finish(call, "SUCCESS").await;
}

#[tokio::test]
async fn variables_come_back_as_they_went_in() {
    let Some((live, mut call)) = call("variables", "wait", &[]).await else { return };
    for value in [
        "say \"hi\" c:\\tmp, (1) 2;3 ",
        "",
        "a\tb",
        "a) (b",
        "${CHANNEL(name)}",
        "x) endpos=5",
        "Zoë €",
        "\\",
        "\"",
    ] {
        call.set_variable("V", value).await.unwrap();
        assert_eq!(call.variable("V").await.unwrap().unwrap(), value);
    }
    assert!(is_usage(&call.send(Custom::new("SET VARIABLE").arg("V")).await));
    assert_eq!(call.variable("UNSET").await.unwrap(), None);
    assert_eq!(call.variable("NOFUNC(x)").await.unwrap(), None);
    assert_eq!(call.variable("STRFTIME(0,UTC,a%nb%n)").await.unwrap().unwrap(), "a\nb\n");

    let long = "x".repeat(1500);
    call.set_variable("L", &*long).await.unwrap();
    assert_eq!(call.variable("L").await.unwrap().unwrap(), &long[..1023]);
    assert_eq!(call.full_variable("${L}").await.unwrap().unwrap(), long.as_str());
    assert_eq!(call.full_variable("${UNSET}").await.unwrap().unwrap(), "");
    let name = call.full_variable("${CHANNEL(name)}").channel(&live.caller).await.unwrap();
    assert_eq!(name.unwrap(), live.caller.as_str());
    assert_eq!(call.full_variable("x").channel("Local/none").await.unwrap(), None);
    live.finish(call, "SUCCESS").await;
}

#[tokio::test]
async fn the_longest_line_is_taken_and_a_longer_one_not_sent() {
    let Some((live, mut call)) = call("longest", "wait", &[]).await else { return };
    let limit = if live.version == 16 { 2047 } else { 8191 };
    // `SET VARIABLE "L" "…"` and its line break are 20 bytes.
    let longest = "x".repeat(limit - 20);
    call.set_variable("L", &*longest).await.unwrap();
    assert_eq!(call.full_variable("${L}").await.unwrap().unwrap(), longest.as_str());
    let error = call.set_variable("L", format!("{longest}x")).await.unwrap_err();
    let CommandError::Invalid(LineError::TooLong { length, limit: told }) = error else {
        panic!("{error:?}")
    };
    assert_eq!((length, told), (limit + 1, limit));
    for bad in ["a\nb", "a\rb", "a\0b"] {
        let error = call.set_variable("L", bad).await.unwrap_err();
        assert!(matches!(error, CommandError::Invalid(LineError::Character(_))), "{error:?}");
    }
    let unknown = call.send(Custom::new("NO SUCH COMMAND")).await;
    assert!(matches!(unknown, Err(CommandError::InvalidCommand)));
    // None of these moved a reply.
    assert_eq!(
        call.full_variable("${LEN(${L})}").await.unwrap().unwrap(),
        longest.len().to_string().as_str()
    );
    live.finish(call, "SUCCESS").await;
}

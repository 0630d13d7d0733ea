//! `app_meetme` needs DAHDI, which the test server lacks.

use asterisk_sdk::ami::action::{MeetmeList, MeetmeListRooms, MeetmeMute, MeetmeUnmute};

use super::super::Stage;
use super::unknown;

pub(super) async fn not_there(stage: &Stage) {
    let refusal = stage.refused(MeetmeList::new().conference("1")).await;
    assert_eq!(refusal, unknown("MeetmeList"));
    assert_eq!(stage.refused(MeetmeListRooms::new()).await, unknown("MeetmeListRooms"));
    assert_eq!(stage.refused(MeetmeMute::new("1", 1_u32)).await, unknown("MeetmeMute"));
    assert_eq!(stage.refused(MeetmeUnmute::new("1", 1_u32)).await, unknown("MeetmeUnmute"));
}

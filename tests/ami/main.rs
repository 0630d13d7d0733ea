//! The AMI client against a scripted server.
//!
//! What real servers do and documents do not say, and the tests that hold it (`live` is the target in
//! `tests/live`):
//!
//! | fact | tests |
//! |---|---|
//! | banner, other protocols, closed ports | `connect::md5_login_on_both_versions`, `another_protocol_is_named_by_what_it_says`, `an_endless_first_line_is_cut` |
//! | plain text to the TLS port, too many sessions without a login | `live::tls::plain_text_to_the_tls_port`, `live::ami_login::too_many_sessions_without_a_login` |
//! | the first line decides; user events that echo headers | `events::a_user_event_is_what_its_first_line_says`, `live::ami::a_user_event_with_the_id_of_an_action_in_flight` |
//! | framing rule breakers | `actions::every_odd_answer_of_the_framing_capture`, `faults::nul_invalid_utf8_and_lines_without_colon`, unit tests of `codec.rs` and `message.rs` |
//! | escapes | `events::typed_events_of_a_captured_call`, `live::ami_surface::channels` |
//! | ordered answers, contiguous lists | `actions::answers_find_their_actions_in_any_order`, `lists::a_list_is_one_answer`, `live::ami_faults::a_thousand_answers_find_their_questions` |
//! | 1,022 bytes, 128 lines, ActionID second, line ends and NUL refused | unit tests of `action/header.rs`, `live::ami::the_longest_action_that_the_server_takes`, `actions::what_cannot_be_sent_is_not_sent` |
//! | login, MD5, refusal, a second login, case of names | `connect`, `live::ami`, `live::ami_login` |
//! | `FullyBooted` is not waited for, save by a session that gets it | `reconnect::a_server_that_still_boots_gets_no_actions`, `live::ami::users_with_few_rights` |
//! | masks and filters; an unknown class is refused here | `live::ami::the_event_mask`, `filters_of_the_server`, example of `EventMask` |
//! | actions that stall the session | `reconnect::a_ping_waits_behind_an_action_that_takes_its_time`, `live::ami_surface::system` |
//! | `Logoff`, shutdown with an action in flight | `actions::close_says_goodbye`, `reconnect::the_servers_shutdown_is_the_reason`, `live::ami_login::a_shutdown_with_an_action_in_flight` |
//! | a server that cuts a slow reader off in a message | `faults::the_server_dies_in_the_middle_of_a_message` |
//! | answers without a list | `actions::a_refused_command_keeps_its_output`, `a_command_without_output_has_one_empty_line`, `lists::one_event_may_be_the_whole_answer`, `live::ami_surface::system::config` |
//! | originate | `actions::originate_ends_with_its_own_outcome`, `another_sessions_outcome_is_not_ours`, `live::ami::outcomes_of_originate` |
//! | lists: no list, an error, a wrong count, no ActionID, cut, endless | `lists` |
//! | every list | `live::ami_surface` |
//! | event facts | `events::typed_events_say_all_that_was_captured` |
//! | Async AGI | `agi::async_agi`, `live::async_agi`, `live::ami_surface::system::media` |

mod actions;
mod blocking;
mod connect;
mod events;
mod faults;
mod lists;
mod live;
mod reconnect;
mod tls;

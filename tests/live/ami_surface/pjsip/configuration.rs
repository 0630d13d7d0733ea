//! Lists of what pjsip.conf holds, and maintenance.

use std::time::Duration;

use asterisk_sdk::ami::action::{
    PjsipEndpointItem, PjsipSetMaintenance, PjsipShowAors, PjsipShowAuths, PjsipShowContacts,
    PjsipShowEndpoint, PjsipShowEndpoints, PjsipShowMaintenance, PjsipShowResourceLists,
    PjsipShowSubscriptionsOutbound,
};
use asterisk_sdk::ami::event::{
    CallerIdPrivacy, CodecPreference, ContactState, DtlsFingerprint, DtlsSetup, DtlsVerification,
    EndpointDetail, EndpointDeviceState, EventPackage, GlareMitigation, MaintenanceStatus,
    PjsipMaintenanceStatus, ReliableProvisional, SecurityNegotiation, SessionTimers,
    SessionUpdateMethod, SipAuthType, SipDtmfMode, SipMediaEncryption, SipRedirectMethod,
    SipTransportProtocol, StirShaken, TlsMethod, UdptlErrorCorrection,
};

use super::super::Stage;
use super::{seconds, unknown, whole};
use crate::phone::{Phone, Request, header};

pub(super) async fn addresses_and_credentials(stage: &Stage) {
    let new = stage.server.major() == 22;
    let aors = stage.send(PjsipShowAors::new()).await.unwrap();
    whole(&aors);
    assert_eq!(aors.items.len(), 4);
    let aor = aors.items.iter().find(|aor| aor.object_name.as_deref() == Some("200")).unwrap();
    assert_eq!(aor.object_type.as_deref(), Some("aor"));
    assert!(aor.contacts.is_empty());
    assert_eq!((aor.max_contacts, aor.remove_existing), (Some(2), Some(true)));
    assert_eq!(aor.remove_unavailable, Some(false));
    assert_eq!(aor.minimum_expiration, seconds(60));
    assert_eq!(aor.default_expiration, seconds(3600));
    assert_eq!(aor.maximum_expiration, seconds(7200));
    assert_eq!(aor.qualify_frequency, seconds(600));
    assert_eq!(aor.qualify_timeout, Some(Duration::from_millis(1500)));
    assert_eq!(aor.qualify_2xx_only, new.then_some(false));
    assert_eq!(aor.authenticate_qualify, Some(false));
    assert_eq!(aor.support_path, Some(true));
    assert_eq!(aor.outbound_proxy.as_deref(), Some(""));
    assert_eq!(aor.mailboxes, ["100@default"]);
    assert_eq!(aor.voicemail_extension.as_deref(), Some("voicemail"));
    let aor = aors.items.iter().find(|aor| aor.object_name.as_deref() == Some("loop")).unwrap();
    assert_eq!(aor.contacts, [format!("loop/sip:{}", stage.server.sip).as_str()]);

    let auths = stage.send(PjsipShowAuths::new()).await.unwrap();
    whole(&auths);
    assert_eq!(auths.items.len(), 3);
    let auth = |name| auths.items.iter().find(|a| a.object_name.as_deref() == Some(name)).unwrap();
    let phone = auth("200");
    assert_eq!(phone.auth_type, Some(SipAuthType::Md5));
    assert_eq!(phone.username.as_deref(), Some("200"));
    assert_eq!(phone.password.as_deref(), Some(""));
    // echo -n 200:asterisk:phone | md5sum
    assert_eq!(phone.md5_cred.as_deref(), Some("cbbdd9e4a0631c12fa2a7a9a11f1d293"));
    assert_eq!(phone.realm.as_deref(), Some("asterisk"));
    assert_eq!(phone.nonce_lifetime, seconds(32));
    assert_eq!(phone.supported_algorithms_uas.len(), usize::from(new));
    let trunk = auth("trunk");
    assert_eq!(trunk.auth_type, Some(SipAuthType::UserPass));
    assert_eq!(trunk.password.as_deref(), Some("phone"));

    assert_eq!(stage.refused(PjsipShowContacts::new()).await.trim(), "No Contacts found");

    let lists = stage.send(PjsipShowResourceLists::new()).await.unwrap();
    whole(&lists);
    let [list] = &lists.items[..] else { panic!("{lists:?}") };
    assert_eq!(list.object_name.as_deref(), Some("desk"));
    assert_eq!(list.package, Some(EventPackage::Presence));
    assert_eq!(list.resources, ["100", "voicemail"]);
    assert_eq!(list.full_state, Some(true));
    assert_eq!(list.notification_batch_interval, Some(Duration::from_millis(500)));
    assert_eq!(list.resource_display_name, Some(false));

    let none = stage.send(PjsipShowSubscriptionsOutbound::new()).await.unwrap();
    whole(&none);
    assert!(none.items.is_empty());
}

pub(super) async fn endpoints(stage: &Stage) {
    let new = stage.server.major() == 22;
    let endpoints = stage.send(PjsipShowEndpoints::new()).await.unwrap();
    whole(&endpoints);
    assert_eq!(endpoints.items.len(), 4);
    let find = |name| {
        let mut items = endpoints.items.iter();
        items.find(|endpoint| endpoint.object_name.as_deref() == Some(name)).unwrap()
    };
    let phone = find("200");
    assert_eq!(phone.transport.as_deref(), Some("udp"));
    assert_eq!(phone.aors, ["200"]);
    assert_eq!(phone.auths, ["200"]);
    assert!(phone.outbound_auths.is_empty() && phone.contacts.is_empty());
    assert_eq!(phone.device_state, Some(EndpointDeviceState::Unavailable));
    assert_eq!(phone.active_channels, new.then_some(0));
    let itself = find("loop");
    assert_eq!(itself.contacts, [format!("loop/sip:{}", stage.server.sip).as_str()]);
    assert_eq!(itself.device_state, Some(EndpointDeviceState::NotInUse));
    assert_eq!(find("trunk").outbound_auths, ["trunk"]);

    let refused = stage.refused(PjsipShowEndpoint::new("nosuch")).await;
    assert_eq!(refused.trim(), "Unable to retrieve endpoint nosuch");
    let endpoint = stage.send(PjsipShowEndpoint::new("200")).await.unwrap();
    whole(&endpoint);
    let mut kinds = Vec::new();
    for item in &endpoint.items {
        match item {
            PjsipEndpointItem::Endpoint(endpoint) => {
                the_words_of_an_endpoint(endpoint, new);
                kinds.push("endpoint");
            }
            PjsipEndpointItem::Auth(auth) => {
                assert_eq!(auth.endpoint_name.as_deref(), Some("200"));
                kinds.push("auth");
            }
            PjsipEndpointItem::Transport(transport) => {
                assert_eq!(transport.protocol, Some(SipTransportProtocol::Udp));
                assert_eq!(transport.bind.as_deref(), Some(&*stage.server.sip));
                assert_eq!(transport.method, Some(TlsMethod::Unspecified));
                kinds.push("transport");
            }
            PjsipEndpointItem::Aor(aor) => {
                assert_eq!((aor.total_contacts, aor.contacts_registered), (Some(0), Some(0)));
                kinds.push("aor");
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(kinds, ["endpoint", "auth", "transport", "aor"]);
}

fn the_words_of_an_endpoint(endpoint: &EndpointDetail, new: bool) {
    assert_eq!(endpoint.context.as_deref(), Some("sdk"));
    assert_eq!(endpoint.allow, ["ulaw", "alaw"]);
    assert_eq!(endpoint.caller_id.as_deref(), Some(r#""Ada Test" <200>"#));
    assert_eq!(endpoint.caller_id_privacy, Some(CallerIdPrivacy::AllowedNotScreened));
    assert_eq!(endpoint.call_groups, ["1", "3"]);
    assert_eq!(endpoint.pickup_groups, ["1"]);
    assert_eq!(endpoint.named_call_groups, ["sales", "help"]);
    assert_eq!(endpoint.named_pickup_groups, ["sales"]);
    assert_eq!(endpoint.variables.as_deref(), Some("SDK_PHONE=200"));
    assert_eq!(endpoint.identify_by, ["username", "ip"]);
    assert_eq!(endpoint.account_code.as_deref(), Some("sdk"));
    assert_eq!(endpoint.tone_zone.as_deref(), Some("us"));
    assert_eq!(endpoint.language.as_deref(), Some("en"));
    assert_eq!(
        (endpoint.direct_media, endpoint.bind_rtp_to_media_address),
        (Some(false), Some(true))
    );
    assert_eq!(endpoint.direct_media_method, Some(SessionUpdateMethod::Invite));
    assert_eq!(endpoint.connected_line_method, Some(SessionUpdateMethod::Invite));
    assert_eq!(endpoint.direct_media_glare_mitigation, Some(GlareMitigation::None));
    assert_eq!(endpoint.dtmf_mode, Some(SipDtmfMode::Rfc4733));
    assert_eq!(endpoint.media_encryption, Some(SipMediaEncryption::No));
    assert_eq!(endpoint.reliable_provisional, Some(ReliableProvisional::Yes));
    assert_eq!(endpoint.timers, Some(SessionTimers::Yes));
    assert_eq!(endpoint.timers_minimum, seconds(90));
    assert_eq!(endpoint.timers_session_expires, seconds(1800));
    assert_eq!(endpoint.dtls_verify, Some(DtlsVerification::No));
    assert_eq!(endpoint.dtls_setup, Some(DtlsSetup::Active));
    assert_eq!(endpoint.dtls_fingerprint, Some(DtlsFingerprint::Sha256));
    assert_eq!(endpoint.t38_udptl_error_correction, Some(UdptlErrorCorrection::None));
    assert_eq!(endpoint.stir_shaken, Some(StirShaken::No));
    assert_eq!(endpoint.webrtc, Some(false));
    assert_eq!(endpoint.max_audio_streams, Some(1));
    assert_eq!(endpoint.rtp_timeout, seconds(0));
    let of_22 = |word| new.then_some(word);
    assert_eq!(endpoint.redirect_method, of_22(SipRedirectMethod::User));
    let (incoming, outgoing) = (CodecPreference::Local, CodecPreference::RemoteMerge);
    assert_eq!(endpoint.incoming_call_offer_preference, new.then_some(incoming));
    assert_eq!(endpoint.outgoing_call_offer_preference, new.then_some(outgoing));
    assert_eq!(endpoint.security_negotiation, new.then_some(SecurityNegotiation::No));
    assert_eq!(endpoint.device_state, Some(EndpointDeviceState::Unavailable));
    assert_eq!(endpoint.active_channels, new.then_some(0));
}

pub(super) async fn a_trunk(stage: &Stage) {
    let trunk = stage.send(PjsipShowEndpoint::new("trunk")).await.unwrap();
    whole(&trunk);
    assert_eq!(trunk.items.len(), 6);
    for item in &trunk.items {
        match item {
            PjsipEndpointItem::Endpoint(endpoint) => {
                assert_eq!(endpoint.outbound_auths, ["trunk"]);
                assert_eq!(endpoint.from_user.as_deref(), Some("trunk"));
                assert_eq!(endpoint.from_domain.as_deref(), Some("localhost"));
                assert_eq!(endpoint.subscribe_context.as_deref(), Some("sdk"));
                assert_eq!(endpoint.device_state_busy_at, Some(2));
                assert_eq!(endpoint.caller_id, None);
            }
            PjsipEndpointItem::Auth(auth) => {
                assert_eq!(auth.object_name.as_deref(), Some("trunk"));
            }
            PjsipEndpointItem::Transport(transport) => {
                assert_eq!(transport.protocol, Some(SipTransportProtocol::Tls));
                assert_eq!(transport.method, Some(TlsMethod::TlsV12));
                assert_eq!(transport.local_networks, ["127.0.0.0/255.0.0.0"]);
                assert!(transport.cert_file.as_deref().unwrap().ends_with("/tls/server.pem"));
                assert_eq!(transport.verify_client, Some(false));
                assert_eq!(transport.async_operations, Some(1));
                let timeout = Some(Duration::from_millis(100));
                assert_eq!(transport.websocket_write_timeout, timeout);
                let idle = if stage.server.major() == 22 { seconds(30) } else { None };
                assert_eq!(transport.tcp_keepalive_idle_time, idle);
            }
            PjsipEndpointItem::Aor(aor) => {
                assert_eq!((aor.total_contacts, aor.contacts_registered), (Some(1), Some(0)));
            }
            PjsipEndpointItem::Contact(contact) => {
                assert_eq!(contact.aor.as_deref(), Some("trunk"));
                assert_eq!(contact.state, Some(ContactState::NonQualified));
                assert_eq!((contact.round_trip, contact.expiration_time), (None, None));
            }
            PjsipEndpointItem::Identify(identify) => {
                let matches = ["127.0.0.9/255.255.255.255", "127.0.1.0/255.255.255.0"];
                assert_eq!(identify.matches, matches);
                assert_eq!(identify.match_header.as_deref(), Some("X-Trunk: yes"));
                assert_eq!(identify.srv_lookups, Some(true));
                assert_eq!(identify.endpoint.as_deref(), Some("trunk"));
            }
            other => panic!("{other:?}"),
        }
    }
}

pub(super) async fn maintenance(stage: &Stage) {
    if stage.server.major() == 16 {
        let refused = stage.refused(PjsipSetMaintenance::new("loop", true)).await;
        assert_eq!(refused, unknown("PJSIPSetMaintenance"));
        let refused = stage.refused(PjsipShowMaintenance::new()).await;
        assert_eq!(refused, unknown("PJSIPShowMaintenance"));
        return;
    }
    let mut events = stage.manager.events().of::<PjsipMaintenanceStatus>();
    for (state, status) in
        [(true, MaintenanceStatus::Enabled), (false, MaintenanceStatus::Disabled)]
    {
        stage.send(PjsipSetMaintenance::new("loop", state)).await.unwrap();
        let event = harness::soon(events.next()).await.unwrap().unwrap();
        assert_eq!(event.endpoint.as_deref(), Some("loop"));
        assert_eq!(event.status, Some(status.clone()));
        let all = stage.send(PjsipShowMaintenance::new()).await.unwrap();
        assert_eq!(all.items.len(), usize::from(state));
        whole(&all);
        let one = stage.send(PjsipShowMaintenance::new().endpoint("loop")).await.unwrap();
        assert_eq!(one.items[0].status, Some(status));
    }
    stage.send(PjsipSetMaintenance::new("200", true)).await.unwrap();
    let mut phone = Phone::new(&stage.server.sip).await;
    let call_id = "live-maintenance";
    let register = Request { method: "REGISTER", user: "", call_id, headers: "", body: "" };
    let answer = phone.ask(&register).await;
    assert!(answer.starts_with("SIP/2.0 503 "), "{answer}");
    assert_eq!(header(&answer, "Retry-After"), "300");
    stage.send(PjsipSetMaintenance::new("200", false)).await.unwrap();
    let refused = stage.refused(PjsipSetMaintenance::new("nosuch", true)).await;
    assert_eq!(refused, "Endpoint 'nosuch' not found");
}

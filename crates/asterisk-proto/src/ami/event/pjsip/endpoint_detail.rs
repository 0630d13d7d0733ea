//! The whole configuration of one endpoint of PJSIP.

use std::time::Duration;

use super::super::macros::ami_event;
use super::endpoint::{
    CallerIdPrivacy, CodecPreference, DtlsFingerprint, DtlsSetup, DtlsVerification,
    EndpointDeviceState, GlareMitigation, ReliableProvisional, SecurityNegotiation, SessionTimers,
    SessionUpdateMethod, SipDtmfMode, SipMediaEncryption, SipRedirectMethod, StirShaken,
    UdptlErrorCorrection,
};
use crate::Text;

ami_event!(
    /// An endpoint with its whole configuration (class `command`). An item of the list of
    /// `PJSIPShowEndpoint`; module `res_pjsip`.
    ///
    /// Where it is not said otherwise, a field is the setting in pjsip.conf. Releases of one major
    /// version differ in the settings that they have; the notes say which of the tested 16.28 and
    /// 22.10 has one.
    #[event("EndpointDetail")]
    pub struct EndpointDetail {
        /// Always `endpoint`.
        #[header("ObjectType")]
        pub object_type: Option<Text>,
        /// Its name in pjsip.conf.
        #[header("ObjectName")]
        pub object_name: Option<Text>,
        /// Whether it is free.
        #[header("DeviceState")]
        pub device_state: Option<EndpointDeviceState>,
        /// How many channels it has; Asterisk 16 leaves it empty.
        #[header("ActiveChannels")]
        pub active_channels: Option<u32>,
        /// Where its calls enter the dialplan.
        #[header("Context")]
        pub context: Option<Text>,
        /// Where its subscriptions look for hints; empty for `context`.
        #[header("SubscribeContext")]
        pub subscribe_context: Option<Text>,
        /// Where its text messages enter the dialplan; empty for `context`.
        #[header("MessageContext")]
        pub message_context: Option<Text>,
        /// Where an incomplete number of its is looked for; empty for `context` (22).
        #[header("OverlapContext")]
        pub overlap_context: Option<Text>,
        /// The addresses of record that it is reached by.
        #[header("Aors", comma_list)]
        pub aors: Vec<Text>,
        /// The credentials that it has to show.
        #[header("Auth", comma_list)]
        pub auths: Vec<Text>,
        /// The credentials that we show it.
        #[header("OutboundAuth", comma_list)]
        pub outbound_auths: Vec<Text>,
        /// The transport that it is tied to; empty for any that fits.
        #[header("Transport")]
        pub transport: Option<Text>,
        /// The proxy that requests to it go through.
        #[header("OutboundProxy")]
        pub outbound_proxy: Option<Text>,
        /// How its requests are known, in order, such as `username` or `ip`.
        #[header("IdentifyBy", comma_list)]
        pub identify_by: Vec<Text>,
        /// The access lists for its requests, with commas between.
        #[header("Acl")]
        pub acl: Option<Text>,
        /// The access lists for addresses that it may register, with commas between.
        #[header("ContactAcl")]
        pub contact_acl: Option<Text>,
        /// Whether its OPTIONS are answered without a challenge.
        #[header("AllowUnauthenticatedOptions")]
        pub allow_unauthenticated_options: Option<bool>,
        /// The codecs that it may use, in order.
        #[header("Allow", formats)]
        pub allow: Vec<Text>,
        /// The codecs that it may not use; neither 16.28 nor 22.10 sends it.
        #[header("Disallow", formats)]
        pub disallow: Vec<Text>,
        /// Whether an answer names one codec alone.
        #[header("PreferredCodecOnly")]
        pub preferred_codec_only: Option<bool>,
        /// Whether we may send another codec than we receive.
        #[header("AsymmetricRtpCodec")]
        pub asymmetric_rtp_codec: Option<bool>,
        /// How codecs of its offers are chosen, as `prefer:…, operation:…` and so on (22).
        #[header("CodecPrefsIncomingOffer")]
        pub codec_prefs_incoming_offer: Option<Text>,
        /// How codecs of offers to it are chosen, in the same form (22).
        #[header("CodecPrefsOutgoingOffer")]
        pub codec_prefs_outgoing_offer: Option<Text>,
        /// How codecs of its answers are chosen, in the same form (22).
        #[header("CodecPrefsIncomingAnswer")]
        pub codec_prefs_incoming_answer: Option<Text>,
        /// How codecs of answers to it are chosen, in the same form (22).
        #[header("CodecPrefsOutgoingAnswer")]
        pub codec_prefs_outgoing_answer: Option<Text>,
        /// Whose codecs come first in its calls (22).
        #[header("IncomingCallOfferPref")]
        pub incoming_call_offer_preference: Option<CodecPreference>,
        /// Whose codecs come first in calls to it (22).
        #[header("OutgoingCallOfferPref")]
        pub outgoing_call_offer_preference: Option<CodecPreference>,
        /// Whether its G.726 packs bits as AAL2 does.
        #[header("G726NonStandard")]
        pub g726_non_standard: Option<bool>,
        /// How digits are sent and heard.
        #[header("DtmfMode")]
        pub dtmf_mode: Option<SipDtmfMode>,
        /// The address that it is told to send media to; empty for the interface's own.
        #[header("MediaAddress")]
        pub media_address: Option<Text>,
        /// Whether RTP is received at that address alone.
        #[header("BindRtpToMediaAddress")]
        pub bind_rtp_to_media_address: Option<bool>,
        /// Whether RTP may use IPv6.
        #[header("RtpIpv6")]
        pub rtp_ipv6: Option<bool>,
        /// Whether media go back to where its own come from.
        #[header("RtpSymmetric")]
        pub rtp_symmetric: Option<bool>,
        /// What handles RTP; `asterisk` as a rule.
        #[header("RtpEngine")]
        pub rtp_engine: Option<Text>,
        /// How often an RTP packet is sent when there is nothing to send; zero is never.
        #[header("RtpKeepalive", seconds)]
        pub rtp_keepalive: Option<Duration>,
        /// How long without RTP ends a call; zero is never.
        #[header("RtpTimeout", seconds)]
        pub rtp_timeout: Option<Duration>,
        /// The same while the call is on hold; zero is never.
        #[header("RtpTimeoutHold", seconds)]
        pub rtp_timeout_hold: Option<Duration>,
        /// The lowest port of its media; 0 for that of rtp.conf (22).
        #[header("RtpPortStart")]
        pub rtp_port_start: Option<u32>,
        /// The highest port of its media; 0 for that of rtp.conf (22).
        #[header("RtpPortEnd")]
        pub rtp_port_end: Option<u32>,
        /// Whether RTP and RTCP may share a port.
        #[header("RtcpMux")]
        pub rtcp_mux: Option<bool>,
        /// Whether ICE is used.
        #[header("IceSupport")]
        pub ice_support: Option<bool>,
        /// Whether packets have the length that the peer asks for.
        #[header("UsePtime")]
        pub use_ptime: Option<bool>,
        /// Whether the settings that browsers need are all made.
        #[header("Webrtc")]
        pub webrtc: Option<bool>,
        /// Whether several media may share a port.
        #[header("Bundle")]
        pub bundle: Option<bool>,
        /// How many audio streams a call may have.
        #[header("MaxAudioStreams")]
        pub max_audio_streams: Option<u32>,
        /// How many video streams a call may have.
        #[header("MaxVideoStreams")]
        pub max_video_streams: Option<u32>,
        /// Whether the RTP profile with feedback is used.
        #[header("UseAvpf")]
        pub use_avpf: Option<bool>,
        /// Whether the profile `RTP/AVP` is named whatever is used.
        #[header("ForceAvp")]
        pub force_avp: Option<bool>,
        /// Whether an answer names the transport of the offer.
        #[header("MediaUseReceivedTransport")]
        pub media_use_received_transport: Option<bool>,
        /// How media are encrypted.
        #[header("MediaEncryption")]
        pub media_encryption: Option<SipMediaEncryption>,
        /// Whether media go unencrypted if the peer cannot encrypt.
        #[header("MediaEncryptionOptimistic")]
        pub media_encryption_optimistic: Option<bool>,
        /// Whether authentication tags have 32 bits.
        #[header("SrtpTag32")]
        pub srtp_tag_32: Option<bool>,
        /// What is checked of its certificate.
        #[header("DtlsVerify")]
        pub dtls_verify: Option<DtlsVerification>,
        /// How often keys are agreed on anew; zero is never.
        #[header("DtlsRekey", seconds)]
        pub dtls_rekey: Option<Duration>,
        /// The file of our certificate for DTLS.
        #[header("DtlsCertFile")]
        pub dtls_cert_file: Option<Text>,
        /// The file of our private key for DTLS.
        #[header("DtlsPrivateKey")]
        pub dtls_private_key: Option<Text>,
        /// The ciphers for DTLS; empty for the library's choice.
        #[header("DtlsCipher")]
        pub dtls_cipher: Option<Text>,
        /// The file of the authorities that DTLS trusts.
        #[header("DtlsCaFile")]
        pub dtls_ca_file: Option<Text>,
        /// The directory of such authorities.
        #[header("DtlsCaPath")]
        pub dtls_ca_path: Option<Text>,
        /// Who opens DTLS.
        #[header("DtlsSetup")]
        pub dtls_setup: Option<DtlsSetup>,
        /// The hash of our fingerprint.
        #[header("DtlsFingerprint")]
        pub dtls_fingerprint: Option<DtlsFingerprint>,
        /// Whether a certificate is made for each call.
        #[header("DtlsAutoGenerateCert")]
        pub dtls_auto_generate_cert: Option<bool>,
        /// How security is agreed on (22).
        #[header("SecurityNegotiation")]
        pub security_negotiation: Option<SecurityNegotiation>,
        /// Whether media may go from phone to phone past us.
        #[header("DirectMedia")]
        pub direct_media: Option<bool>,
        /// Meant to be that for direct media; 16 and 22 write `ConnectedLineMethod` here too.
        #[header("DirectMediaMethod")]
        pub direct_media_method: Option<SessionUpdateMethod>,
        /// Where such requests are held back.
        #[header("DirectMediaGlareMitigation")]
        pub direct_media_glare_mitigation: Option<GlareMitigation>,
        /// Whether media stay with us when address translation is noticed.
        #[header("DisableDirectMediaOnNat")]
        pub disable_direct_media_on_nat: Option<bool>,
        /// Whether answers go to where the request came from, whatever its `Via` says.
        #[header("ForceRport")]
        pub force_rport: Option<bool>,
        /// Whether its contact is replaced by where its requests come from.
        #[header("RewriteContact")]
        pub rewrite_contact: Option<bool>,
        /// The caller id of its calls, as `"name" <number>`; absent if the phone chooses.
        #[header("Callerid")]
        pub caller_id: Option<Text>,
        /// Whether that may be shown.
        #[header("CalleridPrivacy")]
        pub caller_id_privacy: Option<CallerIdPrivacy>,
        /// A tag of its caller id, for use within Asterisk.
        #[header("CalleridTag")]
        pub caller_id_tag: Option<Text>,
        /// Whether `P-Asserted-Identity` and the like are believed.
        #[header("TrustIdInbound")]
        pub trust_id_inbound: Option<bool>,
        /// Whether it is told what is private.
        #[header("TrustIdOutbound")]
        pub trust_id_outbound: Option<bool>,
        /// Whether it is sent `P-Asserted-Identity`.
        #[header("SendPai")]
        pub send_pai: Option<bool>,
        /// Whether it is sent `Remote-Party-ID`.
        #[header("SendRpid")]
        pub send_rpid: Option<bool>,
        /// Whether changes of the connected line are sent before the answer.
        #[header("RpidImmediate")]
        pub rpid_immediate: Option<bool>,
        /// Whether its changes of the connected line are taken over.
        #[header("TrustConnectedLine")]
        pub trust_connected_line: Option<bool>,
        /// Whether it is told changes of the connected line.
        #[header("SendConnectedLine")]
        pub send_connected_line: Option<bool>,
        /// The request that tells them.
        #[header("ConnectedLineMethod")]
        pub connected_line_method: Option<SessionUpdateMethod>,
        /// Whether it is sent `Diversion`.
        #[header("SendDiversion")]
        pub send_diversion: Option<bool>,
        /// Whether it is sent `History-Info`.
        #[header("SendHistoryInfo")]
        pub send_history_info: Option<bool>,
        /// Whether it is sent advice of charge (22).
        #[header("SendAoc")]
        pub send_aoc: Option<bool>,
        /// The user part of `From` in our requests; empty for the caller's number.
        #[header("FromUser")]
        pub from_user: Option<Text>,
        /// The domain of `From` in our requests.
        #[header("FromDomain")]
        pub from_domain: Option<Text>,
        /// Whether `user=phone` is added to URIs with a number.
        #[header("UserEqPhone")]
        pub user_eq_phone: Option<bool>,
        /// The language of its prompts.
        #[header("Language")]
        pub language: Option<Text>,
        /// The country whose tones it hears; empty for the general one.
        #[header("ToneZone")]
        pub tone_zone: Option<Text>,
        /// What its calls are billed to.
        #[header("Accountcode")]
        pub account_code: Option<Text>,
        /// Variables that its channels get, as `name=value` with commas between.
        #[header("SetVar")]
        pub variables: Option<Text>,
        /// The tenant that its channels belong to (22).
        #[header("Tenantid")]
        pub tenant_id: Option<Text>,
        /// The numbers of the groups whose members may pick its calls up.
        #[header("CallGroup", comma_list)]
        pub call_groups: Vec<Text>,
        /// The numbers of the groups whose calls it may pick up.
        #[header("PickupGroup", comma_list)]
        pub pickup_groups: Vec<Text>,
        /// The same by name: who may pick its calls up.
        #[header("NamedCallGroup", comma_list)]
        pub named_call_groups: Vec<Text>,
        /// The same by name: whose calls it may pick up.
        #[header("NamedPickupGroup", comma_list)]
        pub named_pickup_groups: Vec<Text>,
        /// With how many channels it counts as busy; 0 for never.
        #[header("DeviceStateBusyAt")]
        pub device_state_busy_at: Option<u32>,
        /// Whether subscribers see it ring while it is in a call.
        #[header("NotifyEarlyInuseRinging")]
        pub notify_early_in_use_ringing: Option<bool>,
        /// Whether ringing is sent as media.
        #[header("InbandProgress")]
        pub inband_progress: Option<bool>,
        /// Whether it may transfer by REFER.
        #[header("AllowTransfer")]
        pub allow_transfer: Option<bool>,
        /// Whether it is told how its blind transfers go.
        #[header("ReferBlindProgress")]
        pub refer_blind_progress: Option<bool>,
        /// Whether it may send a number bit by bit.
        #[header("AllowOverlap")]
        pub allow_overlap: Option<bool>,
        /// What becomes of its redirections (22; 16 does not say).
        #[header("RedirectMethod")]
        pub redirect_method: Option<SipRedirectMethod>,
        /// The methods, beside INVITE, whose redirections are followed (22).
        #[header("FollowRedirectMethods", comma_list)]
        pub follow_redirect_methods: Vec<Text>,
        /// Whether early media may switch to another phone of a fork.
        #[header("FollowEarlyMediaFork")]
        pub follow_early_media_fork: Option<bool>,
        /// Whether a second description in one dialog counts.
        #[header("AcceptMultipleSdpAnswers")]
        pub accept_multiple_sdp_answers: Option<bool>,
        /// Whether 183 without description is swallowed.
        #[header("Ignore183WithoutSdp")]
        pub ignore_183_without_sdp: Option<bool>,
        /// Whether the hangup cause is kept from it.
        #[header("SuppressQ850ReasonHeaders")]
        pub suppress_q850_reason_headers: Option<bool>,
        /// The class of music that its peers hear on hold.
        #[header("MohSuggest")]
        pub music_on_hold_suggestion: Option<Text>,
        /// Whether hold is passed on to the peer, who makes the music.
        #[header("MohPassthrough")]
        pub music_on_hold_passthrough: Option<bool>,
        /// Whether `sendonly` starts no music (22).
        #[header("SuppressMohOnSendonly")]
        pub suppress_music_on_hold_on_send_only: Option<bool>,
        /// Whether it may record by INFO with `Record`.
        #[header("OneTouchRecording")]
        pub one_touch_recording: Option<bool>,
        /// The feature that starts such a recording.
        #[header("RecordOnFeature")]
        pub record_on_feature: Option<Text>,
        /// The feature that stops it.
        #[header("RecordOffFeature")]
        pub record_off_feature: Option<Text>,
        /// Whether provisional answers are confirmed.
        #[header("100rel")]
        pub reliable_provisional: Option<ReliableProvisional>,
        /// Whether calls are kept alive by session timers.
        #[header("Timers")]
        pub timers: Option<SessionTimers>,
        /// The shortest session timer.
        #[header("TimersMinSe", seconds)]
        pub timers_minimum: Option<Duration>,
        /// The session timer that we ask for.
        #[header("TimersSessExpires", seconds)]
        pub timers_session_expires: Option<Duration>,
        /// The user in the `o=` line of our descriptions.
        #[header("SdpOwner")]
        pub sdp_owner: Option<Text>,
        /// The `s=` line of our descriptions.
        #[header("SdpSession")]
        pub sdp_session: Option<Text>,
        /// The type of service of its audio packets, 0 to 255.
        #[header("TosAudio")]
        pub tos_audio: Option<u32>,
        /// The type of service of its video packets, 0 to 255.
        #[header("TosVideo")]
        pub tos_video: Option<u32>,
        /// The class of service of its audio packets, 0 to 7.
        #[header("CosAudio")]
        pub cos_audio: Option<u32>,
        /// The class of service of its video packets, 0 to 7.
        #[header("CosVideo")]
        pub cos_video: Option<u32>,
        /// The mailboxes whose state it is told unasked, as `mailbox@context`.
        #[header("Mailboxes", comma_list)]
        pub mailboxes: Vec<Text>,
        /// Whether one notification covers all its mailboxes.
        #[header("AggregateMwi")]
        pub aggregate_mwi: Option<bool>,
        /// The user part of `From` in such notifications.
        #[header("MwiFromUser")]
        pub mwi_from_user: Option<Text>,
        /// Whether a subscription of its ends the unasked ones.
        #[header("MwiSubscribeReplacesUnsolicited")]
        pub mwi_subscribe_replaces_unsolicited: Option<bool>,
        /// The mailbox that its own notifications are about.
        #[header("IncomingMwiMailbox")]
        pub incoming_mwi_mailbox: Option<Text>,
        /// The extension that `Message-Account` of a notification names.
        #[header("VoicemailExtension")]
        pub voicemail_extension: Option<Text>,
        /// Whether it may subscribe.
        #[header("AllowSubscribe")]
        pub allow_subscribe: Option<bool>,
        /// The shortest subscription; zero for any.
        #[header("SubMinExpiry", seconds)]
        pub subscription_minimum_expiry: Option<Duration>,
        /// Whether it may send fax by T.38.
        #[header("T38Udptl")]
        pub t38_udptl: Option<bool>,
        /// How lost packets are made up for.
        #[header("T38UdptlEc")]
        pub t38_udptl_error_correction: Option<UdptlErrorCorrection>,
        /// The longest packet in bytes; 0 for what the peer says.
        #[header("T38UdptlMaxdatagram")]
        pub t38_udptl_max_datagram: Option<u32>,
        /// Whether T.38 goes back to where its own comes from.
        #[header("T38UdptlNat")]
        pub t38_udptl_nat: Option<bool>,
        /// Whether T.38 may use IPv6.
        #[header("T38UdptlIpv6")]
        pub t38_udptl_ipv6: Option<bool>,
        /// Whether T.38 is received at `media_address` alone.
        #[header("T38BindUdptlToMediaAddress")]
        pub t38_bind_udptl_to_media_address: Option<bool>,
        /// Whether a fax tone sends a call to the extension `fax`.
        #[header("FaxDetect")]
        pub fax_detect: Option<bool>,
        /// How long the tone is listened for; zero for the whole call.
        #[header("FaxDetectTimeout", seconds)]
        pub fax_detect_timeout: Option<Duration>,
        /// What is done about signed caller ids.
        #[header("StirShaken")]
        pub stir_shaken: Option<StirShaken>,
        /// The profile for that.
        #[header("StirShakenProfile")]
        pub stir_shaken_profile: Option<Text>,
        /// The profile for locations in its calls.
        #[header("GeolocIncomingCallProfile")]
        pub geolocation_incoming_call_profile: Option<Text>,
        /// The profile for locations in calls to it.
        #[header("GeolocOutgoingCallProfile")]
        pub geolocation_outgoing_call_profile: Option<Text>,
    }
);

//! Credentials of PJSIP, secrets included: mind who sees these events.

use std::time::Duration;

use super::super::super::field::word_fields;
use super::super::super::{Field, Message};
use super::super::macros::{ami_event, list_end};
use crate::Text;
use crate::open_enum::open_enum;

/// Declares an event about credentials, with what it has beside that.
macro_rules! auth_event {
    (
        $(#[doc = $doc:expr])+
        #[event($wire:literal)]
        pub struct $name:ident { $($more:tt)* }
    ) => {
        ami_event!(
            $(#[doc = $doc])+
            #[event($wire)]
            pub struct $name {
                /// Always `auth`.
                #[header("ObjectType")]
                pub object_type: Option<Text>,
                /// Its name in pjsip.conf.
                #[header("ObjectName")]
                pub object_name: Option<Text>,
                /// What kind of secret it holds.
                #[header("AuthType")]
                pub auth_type: Option<SipAuthType>,
                /// The user's name.
                #[header("Username")]
                pub username: Option<Text>,
                /// The password **in plain text**; empty when a digest takes its place.
                #[header("Password")]
                pub password: Option<Text>,
                /// The MD5 sum of `user:realm:password` in hex, as good as a password.
                #[header("Md5Cred")]
                pub md5_cred: Option<Text>,
                /// Digests in place of a password, as `algorithm:hex` (Asterisk 22).
                #[header("PasswordDigest")]
                pub password_digest: Option<Text>,
                /// The digest algorithms that we answer challenges with (Asterisk 22).
                #[header("SupportedAlgorithmsUac", comma_list)]
                pub supported_algorithms_uac: Vec<Text>,
                /// The digest algorithms that we challenge with (Asterisk 22).
                #[header("SupportedAlgorithmsUas", comma_list)]
                pub supported_algorithms_uas: Vec<Text>,
                /// The realm of our challenges, or of those that this answers; empty for any.
                #[header("Realm")]
                pub realm: Option<Text>,
                /// How long a challenge of ours may be answered.
                #[header("NonceLifetime", seconds)]
                pub nonce_lifetime: Option<Duration>,
                /// The OAuth refresh token (Asterisk 22).
                #[header("RefreshToken")]
                pub refresh_token: Option<Text>,
                /// The OAuth client (Asterisk 22).
                #[header("OauthClientid")]
                pub oauth_client_id: Option<Text>,
                /// The OAuth client's secret, in plain text (Asterisk 22).
                #[header("OauthSecret")]
                pub oauth_secret: Option<Text>,
                $($more)*
            }
        );
    };
}

auth_event!(
    /// Credentials (class `command`). An item of the list of `PJSIPShowAuths`; module `res_pjsip`.
    #[event("AuthList")]
    pub struct AuthList {}
);

list_end!(
    /// The end of the list of `PJSIPShowAuths`.
    #[event("AuthListComplete")]
    pub struct AuthListComplete {}
);

auth_event!(
    /// Credentials of one endpoint or registration (class `command`). An item of the lists of
    /// `PJSIPShowEndpoint` and `PJSIPShowRegistrationsOutbound`; module `res_pjsip`.
    #[event("AuthDetail")]
    pub struct AuthDetail {
        /// The endpoint that was asked about; absent in a list of registrations.
        #[header("EndpointName")]
        pub endpoint_name: Option<Text>,
    }
);

open_enum! {
    /// What kind of secret credentials of PJSIP hold (`AuthType`).
    pub enum SipAuthType {
        /// A password.
        #[wire("userpass")]
        UserPass,
        /// An MD5 sum of user, realm and password.
        #[wire("md5")]
        Md5,
        /// A password or digests of any algorithm.
        #[wire("digest")]
        Digest,
        /// OAuth for Google Voice.
        #[wire("google_oauth")]
        GoogleOauth,
    }
}

word_fields!(SipAuthType);

//! What belongs to an endpoint of PJSIP: the transport, and how requests are known to be its own.

use std::time::Duration;

use super::super::super::field::word_fields;
use super::super::super::{Field, Message};
use super::super::macros::ami_event;
use crate::Text;
use crate::open_enum::open_enum;

ami_event!(
    /// The transport that one endpoint is tied to (class `command`). An item of the list of
    /// `PJSIPShowEndpoint`; module `res_pjsip`. There is none for an endpoint without `transport`.
    #[event("TransportDetail")]
    pub struct TransportDetail {
        /// Always `transport`.
        #[header("ObjectType")]
        pub object_type: Option<Text>,
        /// Its name in pjsip.conf.
        #[header("ObjectName")]
        pub object_name: Option<Text>,
        /// What carries the requests.
        #[header("Protocol")]
        pub protocol: Option<SipTransportProtocol>,
        /// The address and port that it listens on.
        #[header("Bind")]
        pub bind: Option<Text>,
        /// How many packets it takes at once.
        #[header("AsyncOperations")]
        pub async_operations: Option<u32>,
        /// The file of the authorities whose certificates it trusts (TLS).
        #[header("CaListFile")]
        pub ca_list_file: Option<Text>,
        /// The directory of such authorities (TLS).
        #[header("CaListPath")]
        pub ca_list_path: Option<Text>,
        /// The file of its certificate (TLS).
        #[header("CertFile")]
        pub cert_file: Option<Text>,
        /// The file of its private key (TLS).
        #[header("PrivKeyFile")]
        pub private_key_file: Option<Text>,
        /// The password of the private key, in plain text (TLS).
        #[header("Password")]
        pub password: Option<Text>,
        /// Where peers outside `local_networks` are told to send requests.
        #[header("ExternalSignalingAddress")]
        pub external_signaling_address: Option<Text>,
        /// The port that goes with it; 0 for the one of `bind`.
        #[header("ExternalSignalingPort")]
        pub external_signaling_port: Option<u32>,
        /// The address that such peers are told to send media to.
        #[header("ExternalMediaAddress")]
        pub external_media_address: Option<Text>,
        /// The domain that requests come from.
        #[header("Domain")]
        pub domain: Option<Text>,
        /// Whether a server's certificate is checked (TLS).
        #[header("VerifyServer")]
        pub verify_server: Option<bool>,
        /// Whether a client's certificate is checked (TLS).
        #[header("VerifyClient")]
        pub verify_client: Option<bool>,
        /// Whether a client without certificate is turned away (TLS).
        #[header("RequireClientCert")]
        pub require_client_cert: Option<bool>,
        /// Whether names with a wildcard count in certificates (TLS).
        #[header("AllowWildcardCerts")]
        pub allow_wildcard_certs: Option<bool>,
        /// The version of TLS.
        #[header("Method")]
        pub method: Option<TlsMethod>,
        /// The ciphers that may be used (TLS); empty for the library's choice.
        #[header("Cipher")]
        pub cipher: Option<Text>,
        /// Networks that are not behind the address translation, as `address/mask`.
        #[header("LocalNet", comma_list)]
        pub local_networks: Vec<Text>,
        /// The type of service that packets are marked with, 0 to 255.
        #[header("Tos")]
        pub tos: Option<u32>,
        /// The class of service that packets are marked with, 0 to 7.
        #[header("Cos")]
        pub cos: Option<u32>,
        /// How long writing to a WebSocket may take.
        #[header("WebsocketWriteTimeout", milliseconds)]
        pub websocket_write_timeout: Option<Duration>,
        /// Whether a reload may change it, dropping its connections.
        #[header("AllowReload")]
        pub allow_reload: Option<bool>,
        /// Whether requests to a phone leave by the transport that it registered over.
        #[header("SymmetricTransport")]
        pub symmetric_transport: Option<bool>,
        /// Whether TCP keepalives are sent (Asterisk 22).
        #[header("TcpKeepaliveEnable")]
        pub tcp_keepalive_enable: Option<bool>,
        /// How long a connection is silent before the first keepalive (Asterisk 22).
        #[header("TcpKeepaliveIdleTime", seconds)]
        pub tcp_keepalive_idle_time: Option<Duration>,
        /// The time between keepalives that are not answered (Asterisk 22).
        #[header("TcpKeepaliveIntervalTime", seconds)]
        pub tcp_keepalive_interval_time: Option<Duration>,
        /// How many of them make a connection count as dead (Asterisk 22).
        #[header("TcpKeepaliveProbeCount")]
        pub tcp_keepalive_probe_count: Option<u32>,
        /// The endpoint that was asked about.
        #[header("EndpointName")]
        pub endpoint_name: Option<Text>,
    }
);

ami_event!(
    /// How requests are known to come from one endpoint (class `command`). An item of the list of
    /// `PJSIPShowEndpoint`; module `res_pjsip`.
    #[event("IdentifyDetail")]
    pub struct IdentifyDetail {
        /// Always `identify`.
        #[header("ObjectType")]
        pub object_type: Option<Text>,
        /// Its name in pjsip.conf.
        #[header("ObjectName")]
        pub object_name: Option<Text>,
        /// The endpoint that such requests belong to.
        #[header("Endpoint")]
        pub endpoint: Option<Text>,
        /// The addresses that they come from, as `address/mask`.
        #[header("Match", comma_list)]
        pub matches: Vec<Text>,
        /// A header that they carry, as `Name: value`.
        #[header("MatchHeader")]
        pub match_header: Option<Text>,
        /// The request URI that they carry (Asterisk 22).
        #[header("MatchRequestUri")]
        pub match_request_uri: Option<Text>,
        /// Whether a name to match is looked up by SRV records first.
        #[header("SrvLookups")]
        pub srv_lookups: Option<bool>,
        /// The endpoint that was asked about.
        #[header("EndpointName")]
        pub endpoint_name: Option<Text>,
    }
);

open_enum! {
    /// What carries SIP requests (`Protocol`).
    pub enum SipTransportProtocol {
        /// UDP.
        #[wire("udp")]
        Udp,
        /// TCP.
        #[wire("tcp")]
        Tcp,
        /// TLS over TCP.
        #[wire("tls")]
        Tls,
        /// A WebSocket.
        #[wire("ws")]
        Ws,
        /// A WebSocket over TLS.
        #[wire("wss")]
        Wss,
        /// An existing connection, by which a server is reached that we registered with.
        #[wire("flow")]
        Flow,
    }
}

open_enum! {
    /// The version of TLS that a transport speaks (`Method`).
    pub enum TlsMethod {
        /// The library's default.
        #[wire("unspecified", "default")]
        Unspecified,
        /// SSL 2.
        #[wire("sslv2")]
        SslV2,
        /// SSL 3.
        #[wire("sslv3")]
        SslV3,
        /// SSL 2 or 3.
        #[wire("sslv23")]
        SslV23,
        /// TLS 1.0.
        #[wire("tlsv1")]
        TlsV1,
        /// TLS 1.1.
        #[wire("tlsv1_1")]
        TlsV11,
        /// TLS 1.2.
        #[wire("tlsv1_2")]
        TlsV12,
        /// TLS 1.3.
        #[wire("tlsv1_3")]
        TlsV13,
    }
}

word_fields!(SipTransportProtocol, TlsMethod);

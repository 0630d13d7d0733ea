//! Channels to other programs.

use asterisk_proto::ChannelId;
use asterisk_proto::ari::model;

use crate::rest::VariableValue;
use crate::rest::macros::{awaits_handle, operation, words};

operation!(
    /// Makes a channel whose audio another program gets and gives, and puts it into the application.
    ///
    /// Without more it is plain RTP over UDP to [`host`](ExternalMedia::host), 20 ms a packet. Where
    /// to send the other direction is in the channel's variables `UNICASTRTP_LOCAL_ADDRESS` and
    /// `UNICASTRTP_LOCAL_PORT`. Asterisk 22 can also use AudioSocket (module
    /// `chan_audiosocket`) and WebSocket (`chan_websocket`); there the variable
    /// `MEDIA_WEBSOCKET_CONNECTION_ID` names the path below `/media` to connect to.
    ///
    /// Gives a handle of the channel, subscribed as by [`Originate`](super::Originate).
    ///
    /// Refused with 400 for a missing or wrong host, and on Asterisk 22 for a transport that does
    /// not fit the encapsulation; with 501 for an unknown encapsulation. An unknown format is 400 on
    /// Asterisk 16 and 500 on 22, an id in use 409 and 500; a server that cannot be connected to is
    /// 500.
    #[request(POST, "/channels/externalMedia", model::Channel)]
    pub struct ExternalMedia {
        #[required(query, "app")]
        app: String,
        // Asterisk 16 dies of a request without it.
        #[required(query, "format")]
        format: String,
        /// The id of the new channel.
        #[optional(text, "channelId")]
        id: ChannelId,
        /// A channel variable.
        #[optional(map, "variables")]
        variable: VariableValue,
        /// Where the other program listens, `host:port`; for a WebSocket that Asterisk opens, the
        /// name of a client in `websocket_client.conf`. Only a WebSocket that the other program
        /// opens needs none.
        #[optional(text, "external_host")]
        host: String,
        /// How the audio is packed; `rtp` without it.
        #[optional(value, "encapsulation")]
        encapsulation: Encapsulation,
        /// What carries it; `udp` without it.
        #[optional(value, "transport")]
        transport: MediaTransport,
        /// Who connects, for a WebSocket; `client` without it.
        #[optional(value, "connection_type")]
        connection_type: ConnectionType,
        /// Which way the audio goes. Asterisk takes no notice of it.
        #[optional(value, "direction")]
        direction: MediaDirection,
        /// What the encapsulation needs: for AudioSocket the UUID that names the call. Asterisk 22.
        #[optional(text, "data")]
        data: String,
        /// Options of the transport, as in a dial string: `f(json)` for a WebSocket. Asterisk 22.
        #[optional(text, "transport_data")]
        transport_data: String,
    }
);

awaits_handle!(ExternalMedia => Channel by channel);

words!(
    /// How audio is packed on its way to another program.
    pub enum Encapsulation {
        /// RTP.
        #[wire("rtp")]
        Rtp,
        /// `AudioSocket`, over TCP. Asterisk 22.
        #[wire("audiosocket")]
        AudioSocket,
        /// Nothing but audio, for WebSockets. Asterisk 22.
        #[wire("none")]
        None,
    }
);

words!(
    /// What carries audio to another program.
    pub enum MediaTransport {
        /// UDP, for RTP.
        #[wire("udp")]
        Udp,
        /// TCP, for `AudioSocket`. Asterisk 22.
        #[wire("tcp")]
        Tcp,
        /// A WebSocket. Asterisk 22.
        #[wire("websocket")]
        WebSocket,
    }
);

words!(
    /// Who opens the connection that carries audio.
    pub enum ConnectionType {
        /// Asterisk does.
        #[wire("client")]
        Client,
        /// The other program does. Asterisk 22, WebSockets only.
        #[wire("server")]
        Server,
    }
);

words!(
    /// Which way the audio of external media goes.
    pub enum MediaDirection {
        /// Both ways.
        #[wire("both")]
        Both,
    }
);

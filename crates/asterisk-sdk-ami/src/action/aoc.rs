//! Advice of charge, sent to the other side of a call.

use std::borrow::Cow;

use asterisk_proto::ami::Response;

use super::macros::words;
use super::output::response;
use super::{Action, HeaderValue, Headers, NamedAction, Reply};
use crate::error::ActionError;

/// Tells a channel what its call costs (privilege `aoc`).
///
/// Success means that the message is queued for the channel; whether its driver can pass it on is not
/// told, and no event follows. A channel that does not exist: `No such channel`.
///
/// ```
/// use asterisk_sdk_ami::action::{AocChargeKind, AocFactor, AocMessage};
///
/// let message = AocMessage::so_far("DAHDI/1-1", AocChargeKind::Currency)
///     .currency("EUR", 15, AocFactor::Hundredth);
/// ```
#[doc(alias = "AOCMessage")]
#[derive(Debug, Clone)]
#[must_use = "an action does nothing until it is sent"]
pub struct AocMessage {
    values: Vec<(Cow<'static, str>, String)>,
    units: u32,
}

impl AocMessage {
    /// What the call has cost so far (AOC-D).
    pub fn so_far(channel: impl Into<String>, charge: AocChargeKind) -> Self {
        Self::new("D").set("Channel", channel.into()).word("ChargeType", charge)
    }

    /// What the call has cost in the end (AOC-E).
    pub fn in_the_end(channel: impl Into<String>, charge: AocChargeKind) -> Self {
        Self::new("E").set("Channel", channel.into()).word("ChargeType", charge)
    }

    /// What the call is going to cost (AOC-S, Asterisk 22; an older server says `Invalid MsgType`).
    ///
    /// Of the item `SpecialArrangement`, the server wants [`AocMessage::code`] too; of all rates but the
    /// free ones, [`AocMessage::currency`].
    pub fn beforehand(channel: impl Into<String>, item: AocItem, rate: AocRateKind) -> Self {
        let message = Self::new("S").set("Channel", channel.into());
        message.word("ChargedItem", item).word("RateType", rate)
    }

    fn new(kind: &str) -> Self {
        Self { values: vec![("MsgType".into(), kind.to_owned())], units: 0 }
    }

    fn set(mut self, name: impl Into<Cow<'static, str>>, value: String) -> Self {
        let name = name.into();
        self.values.retain(|(other, _)| *other != name);
        self.values.push((name, value));
        self
    }

    fn word(self, name: &'static str, value: impl HeaderValue) -> Self {
        self.set(name, value.header_value().into_owned())
    }

    /// Takes the first channel whose name begins like this, instead of the one that was named.
    ///
    /// Header: `ChannelPrefix`.
    pub fn channel_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.values.retain(|(name, _)| name != "Channel");
        self.set("ChannelPrefix", prefix.into())
    }

    /// Adds units to the charge, with what kind they are if the network tells them apart; up to 32
    /// times.
    ///
    /// Headers: `UnitAmount(0)`, `UnitType(0)` and so on.
    pub fn units(self, amount: u32, unit_type: Option<u32>) -> Self {
        let number = self.units;
        let mut message = self.set(format!("UnitAmount({number})"), amount.to_string());
        if let Some(unit_type) = unit_type {
            message = message.set(format!("UnitType({number})"), unit_type.to_string());
        }
        message.units += 1;
        message
    }

    /// The amount of money: `amount` times `factor`, of a currency whose name has up to 10 letters.
    ///
    /// Headers: `CurrencyName`, `CurrencyAmount`, `CurrencyMultiplier`.
    pub fn currency(self, name: impl Into<String>, amount: u32, factor: AocFactor) -> Self {
        let message = self.set("CurrencyName", name.into());
        message.set("CurrencyAmount", amount.to_string()).word("CurrencyMultiplier", factor)
    }

    /// Whether the charge is all; without it, it is.
    ///
    /// Header: `TotalType`.
    pub fn total(self, total: AocTotal) -> Self {
        self.word("TotalType", total)
    }

    /// Who pays and why. With AOC-D only the first three are taken.
    ///
    /// Header: `AOCBillingId`.
    pub fn billing(self, billing: AocPayer) -> Self {
        self.word("AOCBillingId", billing)
    }

    /// The call that the charge belongs to, by the network's number for it (AOC-E).
    ///
    /// Header: `ChargingAssociationId`.
    pub fn association_id(self, id: i32) -> Self {
        self.set("ChargingAssociationId", id.to_string())
    }

    /// The party that the charge belongs to, and the numbering plan of its number (AOC-E).
    ///
    /// Headers: `ChargingAssociationNumber`, `ChargingAssociationPlan`.
    pub fn association_number(self, number: impl Into<String>, plan: u32) -> Self {
        let message = self.set("ChargingAssociationNumber", number.into());
        message.set("ChargingAssociationPlan", plan.to_string())
    }

    /// The duration that costs the amount: `length` times `scale` (AOC-S, for the rate `Duration`).
    ///
    /// Headers: `Time`, `TimeScale`.
    pub fn time(self, length: u32, scale: AocScale) -> Self {
        self.set("Time", length.to_string()).word("TimeScale", scale)
    }

    /// The steps in which the duration is measured (AOC-S).
    ///
    /// Headers: `Granularity`, `GranularityTimeScale`.
    pub fn granularity(self, length: u32, scale: AocScale) -> Self {
        self.set("Granularity", length.to_string()).word("GranularityTimeScale", scale)
    }

    /// How a duration is charged; without it, all the time (AOC-S).
    ///
    /// Header: `ChargingType`.
    pub fn charging(self, charging: AocCharging) -> Self {
        self.word("ChargingType", charging)
    }

    /// What a volume is counted in (AOC-S, for the rate `Volume`). Asterisk 22.10 refuses each of
    /// them: `Invalid VolumeUnit`.
    ///
    /// Header: `VolumeUnit`.
    pub fn volume_unit(self, unit: AocVolume) -> Self {
        self.word("VolumeUnit", unit)
    }

    /// The number that stands for what was agreed on (AOC-S, for the rate `SpecialCode`).
    ///
    /// Header: `Code`.
    pub fn code(self, code: u32) -> Self {
        self.set("Code", code.to_string())
    }
}

impl NamedAction for AocMessage {
    const NAME: &'static str = "AOCMessage";
    const PARAMETERS: &'static [&'static str] = &[
        "Channel",
        "ChannelPrefix",
        "MsgType",
        "ChargeType",
        "UnitAmount(0)",
        "UnitType(0)",
        "CurrencyName",
        "CurrencyAmount",
        "CurrencyMultiplier",
        "TotalType",
        "AOCBillingId",
        "ChargingAssociationId",
        "ChargingAssociationNumber",
        "ChargingAssociationPlan",
        "ChargedItem",
        "RateType",
        "Time",
        "TimeScale",
        "Granularity",
        "GranularityTimeScale",
        "ChargingType",
        "VolumeUnit",
        "Code",
    ];
}

impl Action for AocMessage {
    type Output = Response;

    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn headers(&self, headers: &mut Headers) {
        for (name, value) in &self.values {
            headers.add(name, value);
        }
    }

    fn output(reply: Reply) -> Result<Response, ActionError> {
        response(reply)
    }
}

words! {
    /// How a charge is measured.
    pub enum AocChargeKind {
        /// It is not known.
        NotAvailable = "NA",
        /// There is none.
        Free = "FREE",
        /// As money: give [`AocMessage::currency`].
        Currency = "Currency",
        /// As units: give [`AocMessage::units`].
        Units = "Unit",
    }
}

words! {
    /// What an amount of money is multiplied with.
    pub enum AocFactor {
        /// A thousandth.
        Thousandth = "OneThousandth",
        /// A hundredth.
        Hundredth = "OneHundredth",
        /// A tenth.
        Tenth = "OneTenth",
        /// One.
        One = "One",
        /// Ten.
        Ten = "Ten",
        /// A hundred.
        Hundred = "Hundred",
        /// A thousand.
        Thousand = "Thousand",
    }
}

words! {
    /// Whether a charge is all.
    pub enum AocTotal {
        /// It is all.
        Total = "Total",
        /// It is what came up so far.
        SubTotal = "SubTotal",
    }
}

words! {
    /// Who pays a charge and why.
    pub enum AocPayer {
        /// The caller.
        Normal = "Normal",
        /// The called party.
        ReverseCharge = "ReverseCharge",
        /// A credit card.
        CreditCard = "CreditCard",
        /// Who forwards all calls.
        CallForwardingUnconditional = "CallFwdUnconditional",
        /// Who forwards calls when busy.
        CallForwardingBusy = "CallFwdBusy",
        /// Who forwards calls when not answering.
        CallForwardingNoReply = "CallFwdNoReply",
        /// Who deflected the call.
        CallDeflection = "CallDeflection",
        /// Who transferred the call.
        CallTransfer = "CallTransfer",
    }
}

words! {
    /// What is going to cost something.
    pub enum AocItem {
        /// It is not known.
        NotAvailable = "NA",
        /// Something that was agreed on.
        SpecialArrangement = "SpecialArrangement",
        /// The talk.
        BasicCommunication = "BasicCommunication",
        /// The attempt to call.
        CallAttempt = "CallAttempt",
        /// The call being put through.
        CallSetup = "CallSetup",
        /// Information from user to user.
        UserUserInfo = "UserUserInfo",
        /// Another service.
        SupplementaryService = "SupplementaryService",
    }
}

words! {
    /// How a rate is measured.
    pub enum AocRateKind {
        /// It is not known.
        NotAvailable = "NA",
        /// It costs nothing.
        Free = "Free",
        /// It costs nothing from now on.
        FreeFromBeginning = "FreeFromBeginning",
        /// By the time.
        Duration = "Duration",
        /// Once.
        Flat = "Flat",
        /// By the volume.
        Volume = "Volume",
        /// As was agreed on.
        SpecialCode = "SpecialCode",
    }
}

words! {
    /// What a length of time is multiplied with.
    pub enum AocScale {
        /// A hundredth of a second.
        HundredthSecond = "OneHundredthSecond",
        /// A tenth of a second.
        TenthSecond = "OneTenthSecond",
        /// A second.
        Second = "Second",
        /// Ten seconds.
        TenSeconds = "TenSeconds",
        /// A minute.
        Minute = "Minute",
        /// An hour.
        Hour = "Hour",
        /// A day.
        Day = "Day",
    }
}

words! {
    /// How a duration is charged.
    pub enum AocCharging {
        /// All the time.
        Continuous = "ContinuousCharging",
        /// In steps, each at its begin.
        Step = "StepFunction",
    }
}

words! {
    /// What a volume is counted in.
    pub enum AocVolume {
        /// Bytes.
        Octet = "Octet",
        /// Segments.
        Segment = "Segment",
        /// Messages.
        Message = "Message",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_numbered() {
        let message = AocMessage::in_the_end("DAHDI/1-1", AocChargeKind::Units);
        let message = message.units(3, None).units(4, Some(2)).channel_prefix("DAHDI/");
        let text = super::super::encode(&message, &"7".into()).unwrap();
        assert_eq!(
            text,
            "Action: AOCMessage\r\nActionID: 7\r\nMsgType: E\r\nChargeType: Unit\r\n\
             UnitAmount(0): 3\r\nUnitAmount(1): 4\r\nUnitType(1): 2\r\n\
             ChannelPrefix: DAHDI/\r\n\r\n"
        );
    }
}

//! Advice of charge: what a call costs, as the telephone network tells it (class `aoc`).
//!
//! ISDN lines (module `chan_dahdi` with PRI) raise these; advice that is sent with the action
//! `AOCMessage` raises none. Nested values come under paths such as `Charge/Currency/Cost`.

use super::super::field::in_group;
use super::super::{ChannelSnapshot, Field, Message};
use super::macros::ami_event;
use crate::Text;
use crate::open_enum::open_enum;

ami_event!(
    /// What a call has cost so far (class `aoc`).
    #[doc(alias = "AOC-D")]
    #[event("AOC-D")]
    pub struct AocD {
        /// The channel that is charged.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// The charge.
        #[group("Charge")]
        pub charge: AocCharge,
    }
);

ami_event!(
    /// What a call has cost in the end (class `aoc`).
    #[doc(alias = "AOC-E")]
    #[event("AOC-E")]
    pub struct AocE {
        /// The channel that was charged.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// What the charge belongs to, when that is another call than this.
        #[group("ChargingAssociation")]
        pub association: Option<AocAssociation>,
        /// The charge.
        #[group("Charge")]
        pub charge: AocCharge,
    }
);

ami_event!(
    /// What a call is going to cost (class `aoc`).
    #[doc(alias = "AOC-S")]
    #[event("AOC-S")]
    pub struct AocS {
        /// The channel that will be charged.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// The rates, in the order in which the network told them. The list has no name, so that a
        /// C library makes one up: `(null)(0)/Chargeable`.
        #[group("(null)")]
        pub rates: Vec<AocRate>,
    }
);

/// A charge, in [`AocD`] and [`AocE`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AocCharge {
    /// `Type`: how it is measured.
    pub charge_type: Option<AocChargeType>,
    /// `BillingID`: who pays and why; only with currency or units, as the rest.
    pub billing: Option<AocBilling>,
    /// `TotalType`: whether more will come.
    pub total_type: Option<AocTotalType>,
    /// `Currency/…`: the amount of money.
    pub currency: Option<AocCurrency>,
    /// `Units(0)/…`: the units.
    pub units: Vec<AocUnits>,
}

/// An amount of money: `cost` times `multiplier`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AocCurrency {
    /// `Name`: the currency, as the network writes it.
    pub name: Option<Text>,
    /// `Cost`: how many.
    pub cost: Option<u32>,
    /// `Multiplier`: of what.
    pub multiplier: Option<AocMultiplier>,
}

impl AocCurrency {
    fn set(&mut self, name: &[u8], value: &str) {
        match name {
            b"Name" => self.name = Some(value.into()),
            b"Cost" => self.cost = value.parse().ok(),
            b"Multiplier" => self.multiplier = Some(value.into()),
            _ => {}
        }
    }
}

/// An amount of units.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AocUnits {
    /// `NumberOf`: how many, if it is told.
    pub number: Option<u32>,
    /// `TypeOf`: which kind, a number whose meaning is up to the network, if it is told.
    pub unit_type: Option<u32>,
}

/// What a charge belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AocAssociation {
    /// Another party.
    Number {
        /// `Number`: its number.
        number: Text,
        /// `Plan`: the numbering plan of that number.
        plan: Option<i32>,
    },
    /// `ID`: another call, by the network's number for it.
    Call(i32),
}

/// What one thing is going to cost, in [`AocS`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AocRate {
    /// `Chargeable`: what costs it.
    pub chargeable: Option<AocChargedItem>,
    /// How it is measured: the name of the path that the rest comes under.
    pub rate_type: Option<AocRateType>,
    /// `Currency/…`: the amount of money, of a duration, a volume or a flat rate.
    pub currency: Option<AocCurrency>,
    /// `ChargingType`: how a duration is charged.
    pub charging_type: Option<AocChargingType>,
    /// `Time/…`: the duration that costs the amount.
    pub time: Option<AocTime>,
    /// `Granularity/…`: the steps in which a duration is measured, if it is told.
    pub granularity: Option<AocTime>,
    /// `Unit`: the volume that costs the amount.
    pub volume_unit: Option<AocVolumeUnit>,
    /// `SpecialCode`: a number that the network and its customer have agreed on.
    pub special_code: Option<i32>,
}

/// A span of time: `length` times `scale`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AocTime {
    /// `Length`: how many.
    pub length: Option<u32>,
    /// `Scale`: of what.
    pub scale: Option<AocTimeScale>,
}

impl AocTime {
    fn set(&mut self, name: &[u8], value: &str) {
        match name {
            b"Length" => self.length = value.parse().ok(),
            b"Scale" => self.scale = Some(value.into()),
            _ => {}
        }
    }
}

open_enum! {
    /// How a charge is measured.
    pub enum AocChargeType {
        /// It is not known.
        #[wire("NotAvailable")]
        NotAvailable,
        /// There is none.
        #[wire("Free")]
        Free,
        /// As money.
        #[wire("Currency")]
        Currency,
        /// As units.
        #[wire("Units")]
        Units,
    }
}

open_enum! {
    /// Who pays a charge and why.
    pub enum AocBilling {
        /// The caller.
        #[wire("Normal")]
        Normal,
        /// The called party.
        #[wire("Reverse")]
        Reverse,
        /// A credit card.
        #[wire("CreditCard")]
        CreditCard,
        /// Who forwards all calls.
        #[wire("CallForwardingUnconditional")]
        CallForwardingUnconditional,
        /// Who forwards calls when busy.
        #[wire("CallForwardingBusy")]
        CallForwardingBusy,
        /// Who forwards calls when not answering.
        #[wire("CallForwardingNoReply")]
        CallForwardingNoReply,
        /// Who deflected the call.
        #[wire("CallDeflection")]
        CallDeflection,
        /// Who transferred the call.
        #[wire("CallTransfer")]
        CallTransfer,
        /// It is not known.
        #[wire("NotAvailable")]
        NotAvailable,
    }
}

open_enum! {
    /// Whether a charge is all.
    pub enum AocTotalType {
        /// It is what came up so far.
        #[wire("SubTotal")]
        SubTotal,
        /// It is all.
        #[wire("Total")]
        Total,
    }
}

open_enum! {
    /// What a cost is multiplied with.
    pub enum AocMultiplier {
        /// A thousandth.
        #[wire("1/1000")]
        Thousandth,
        /// A hundredth.
        #[wire("1/100")]
        Hundredth,
        /// A tenth.
        #[wire("1/10")]
        Tenth,
        /// One.
        #[wire("1.0", "1")]
        One,
        /// Ten.
        #[wire("10.0", "10")]
        Ten,
        /// A hundred.
        #[wire("100.0", "100")]
        Hundred,
        /// A thousand.
        #[wire("1000.0", "1000")]
        Thousand,
    }
}

open_enum! {
    /// What costs something.
    pub enum AocChargedItem {
        /// It is not known.
        #[wire("NotAvailable")]
        NotAvailable,
        /// Something that was agreed on.
        #[wire("SpecialArrangement")]
        SpecialArrangement,
        /// The talk.
        #[wire("BasicCommunication")]
        BasicCommunication,
        /// The attempt to call.
        #[wire("CallAttempt")]
        CallAttempt,
        /// The call being put through.
        #[wire("CallSetup")]
        CallSetup,
        /// Information from user to user.
        #[wire("UserUserInfo")]
        UserUserInfo,
        /// Another service.
        #[wire("SupplementaryService")]
        SupplementaryService,
    }
}

open_enum! {
    /// How a rate is measured.
    pub enum AocRateType {
        /// It is not known.
        #[wire("NotAvailable")]
        NotAvailable,
        /// It costs nothing.
        #[wire("Free")]
        Free,
        /// It costs nothing from now on.
        #[wire("FreeFromBeginning")]
        FreeFromBeginning,
        /// By the time.
        #[wire("Duration")]
        Duration,
        /// Once.
        #[wire("Flat", "Flag")]
        Flat,
        /// By the volume.
        #[wire("Volume")]
        Volume,
        /// As was agreed on.
        #[wire("SpecialCode")]
        SpecialCode,
    }
}

open_enum! {
    /// How a duration is charged.
    pub enum AocChargingType {
        /// All the time.
        #[wire("ContinuousCharging")]
        Continuous,
        /// In steps, each at its begin.
        #[wire("StepFunction")]
        Step,
    }
}

open_enum! {
    /// What a length of time is multiplied with.
    pub enum AocTimeScale {
        /// A hundredth of a second.
        #[wire("OneHundredthSecond")]
        HundredthSecond,
        /// A tenth of a second.
        #[wire("OneTenthSecond")]
        TenthSecond,
        /// A second.
        #[wire("Second")]
        Second,
        /// Ten seconds.
        #[wire("TenSeconds")]
        TenSeconds,
        /// A minute.
        #[wire("Minute")]
        Minute,
        /// An hour.
        #[wire("Hour")]
        Hour,
        /// A day.
        #[wire("Day")]
        Day,
    }
}

open_enum! {
    /// What a volume is counted in.
    pub enum AocVolumeUnit {
        /// Bytes.
        #[wire("Octet", "Octect")]
        Octet,
        /// Segments.
        #[wire("Segment")]
        Segment,
        /// Messages.
        #[wire("Message")]
        Message,
    }
}

/// The headers of a group: the path behind its name, and the value.
fn paths<'a>(message: &'a Message, group: &str) -> impl Iterator<Item = (&'a [u8], String)> {
    message.headers().filter_map(move |header| {
        let rest = in_group(header.name, group)?;
        Some((rest, header.value_lossy().trim().to_owned()))
    })
}

/// The number in parentheses that a path begins with, and what stands behind the slash.
fn indexed(path: &[u8]) -> Option<(usize, &[u8])> {
    let rest = path.strip_prefix(b"(")?;
    let end = rest.iter().position(|byte| *byte == b')')?;
    let index = str::from_utf8(&rest[..end]).ok()?.parse().ok()?;
    Some((index, rest[end + 1..].strip_prefix(b"/")?))
}

/// Asterisk keeps ten rates and thirty-two amounts of units.
const MOST: usize = 32;

/// The item of a list with this number, made if it is not there; nothing for a number too large.
fn item<T: Default>(list: &mut Vec<T>, index: usize) -> Option<&mut T> {
    if index >= MOST {
        return None;
    }
    if index >= list.len() {
        list.resize_with(index + 1, T::default);
    }
    list.get_mut(index)
}

impl Field for AocCharge {
    fn read(message: &Message, group: &str) -> Self {
        let mut charge = Self::default();
        for (path, value) in paths(message, group) {
            let Some(path) = path.strip_prefix(b"/") else { continue };
            match path {
                b"Type" => charge.charge_type = Some((*value).into()),
                b"BillingID" => charge.billing = Some((*value).into()),
                b"TotalType" => charge.total_type = Some((*value).into()),
                _ => {
                    if let Some(name) = path.strip_prefix(b"Currency/") {
                        charge.currency.get_or_insert_default().set(name, &value);
                    } else if let Some((index, name)) =
                        path.strip_prefix(b"Units").and_then(indexed)
                        && let Some(units) = item(&mut charge.units, index)
                    {
                        match name {
                            b"NumberOf" => units.number = value.parse().ok(),
                            b"TypeOf" => units.unit_type = value.parse().ok(),
                            _ => {}
                        }
                    }
                }
            }
        }
        charge
    }
}

impl Field for Option<AocAssociation> {
    fn read(message: &Message, group: &str) -> Self {
        let value = |name: &str| message.get(&format!("{group}/{name}"));
        let plan = value("Plan").and_then(|plan| plan.trim().parse().ok());
        if let Some(number) = value("Number") {
            return Some(AocAssociation::Number { number: (&*number).into(), plan });
        }
        Some(AocAssociation::Call(value("ID")?.trim().parse().ok()?))
    }
}

impl Field for Vec<AocRate> {
    fn read(message: &Message, group: &str) -> Self {
        let mut rates = Self::new();
        for (path, value) in paths(message, group) {
            let Some((index, path)) = indexed(path) else { continue };
            let Some(rate) = item(&mut rates, index) else { continue };
            if path == b"Chargeable" {
                rate.chargeable = Some((*value).into());
                continue;
            }
            let end = path.iter().position(|byte| *byte == b'/').unwrap_or(path.len());
            rate.rate_type = Some((&*String::from_utf8_lossy(&path[..end])).into());
            let path = path.get(end + 1..).unwrap_or_default();
            if let Some(name) = path.strip_prefix(b"Currency/") {
                rate.currency.get_or_insert_default().set(name, &value);
            } else if let Some(name) = path.strip_prefix(b"Time/") {
                rate.time.get_or_insert_default().set(name, &value);
            } else if let Some(name) = path.strip_prefix(b"Granularity/") {
                rate.granularity.get_or_insert_default().set(name, &value);
            } else {
                match path {
                    b"ChargingType" => rate.charging_type = Some((*value).into()),
                    b"Unit" => rate.volume_unit = Some((*value).into()),
                    b"SpecialCode" => rate.special_code = value.parse().ok(),
                    _ => {}
                }
            }
        }
        rates
    }
}

#[cfg(test)]
mod tests {
    use super::super::{AmiEvent, Event};
    use super::*;

    fn event<E: AmiEvent>(headers: &str) -> E {
        let text = format!("Event: {}\r\nChannel: DAHDI/1-1\r\n{headers}", E::NAME);
        let event = Event::new(Message::parse(text.into()).unwrap()).unwrap();
        let event: E = event.decode().unwrap();
        assert_eq!(event.other_headers().count(), 0);
        event
    }

    #[test]
    fn charges() {
        let AocD { charge, .. } = event(
            "Charge/Type: Currency\r\nCharge/BillingID: Normal\r\nCharge/TotalType: SubTotal\r\n\
             Charge/Currency/Name: USD\r\nCharge/Currency/Cost: 10\r\n\
             Charge/Currency/Multiplier: 1/100\r\n",
        );
        assert_eq!(charge.billing, Some(AocBilling::Normal));
        let currency = charge.currency.unwrap();
        assert_eq!(
            (currency.cost, currency.multiplier),
            (Some(10), Some(AocMultiplier::Hundredth))
        );

        let AocE { association, charge, .. } = event(
            "ChargingAssociation/Number: 100\r\nChargingAssociation/Plan: 1\r\n\
             Charge/Type: Units\r\nCharge/Units(0)/NumberOf: 3\r\nCharge/Units(1)/TypeOf: 2\r\n",
        );
        let number = AocAssociation::Number { number: "100".into(), plan: Some(1) };
        assert_eq!(association, Some(number));
        assert_eq!(charge.units.len(), 2);
        assert_eq!((charge.units[0].number, charge.units[1].unit_type), (Some(3), Some(2)));
    }

    #[test]
    fn rates() {
        let AocS { rates, .. } = event(
            "(null)(0)/Chargeable: BasicCommunication\r\n(null)(0)/Duration/Currency/Cost: 5\r\n\
             (null)(0)/Duration/ChargingType: StepFunction\r\n(null)(0)/Duration/Time/Length: 60\r\n\
             (null)(1)/Chargeable: CallSetup\r\n(null)(1)/SpecialCode/SpecialCode: 7\r\n",
        );
        assert_eq!(rates[0].rate_type, Some(AocRateType::Duration));
        assert_eq!(rates[0].time.as_ref().unwrap().length, Some(60));
        assert_eq!(rates[1].special_code, Some(7));
    }
}

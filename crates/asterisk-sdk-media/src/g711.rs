//! G.711: 16-bit samples in eight bits each, by µ-law (North America, Japan) and A-law (elsewhere).

/// The sample that a byte of µ-law stands for.
#[must_use]
pub const fn linear_from_ulaw(byte: u8) -> i16 {
    let byte = !byte;
    let magnitude = (((byte & 0x0f) as i16) << 3) + 0x84;
    let magnitude = (magnitude << ((byte >> 4) & 7)) - 0x84;
    if byte & 0x80 == 0 { magnitude } else { -magnitude }
}

/// The byte of µ-law that is nearest to a sample.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "the parts are masked or small")]
pub const fn ulaw_from_linear(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0 };
    let clipped = sample.unsigned_abs();
    let biased = (if clipped > 32_635 { 32_635 } else { clipped }) + 0x84;
    let exponent = (15 - biased.leading_zeros() as u16) - 7;
    let mantissa = (biased >> (exponent + 3)) & 0x0f;
    !(sign | ((exponent as u8) << 4) | mantissa as u8)
}

/// The sample that a byte of A-law stands for.
#[must_use]
pub const fn linear_from_alaw(byte: u8) -> i16 {
    let byte = byte ^ 0x55;
    let exponent = (byte >> 4) & 7;
    let mantissa = ((byte & 0x0f) as i16) << 4;
    let magnitude = match exponent {
        0 => mantissa + 8,
        _ => (mantissa + 0x108) << (exponent - 1),
    };
    if byte & 0x80 == 0 { -magnitude } else { magnitude }
}

/// The byte of A-law that is nearest to a sample.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "the parts are masked or small")]
pub const fn alaw_from_linear(sample: i16) -> u8 {
    // Below zero, the ranges begin one further down.
    let (sign, magnitude) =
        if sample < 0 { (0, (!sample).cast_unsigned()) } else { (0x80, sample.cast_unsigned()) };
    let code = if magnitude < 256 {
        (magnitude >> 4) as u8
    } else {
        let exponent = 15 - magnitude.leading_zeros() as u16 - 7;
        ((exponent as u8) << 4) | ((magnitude >> (exponent + 3)) & 0x0f) as u8
    };
    (code | sign) ^ 0x55
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_survives() {
        for byte in 0..=u8::MAX {
            // There are two zeros in µ-law; one is enough.
            if byte != 0x7f {
                assert_eq!(ulaw_from_linear(linear_from_ulaw(byte)), byte, "µ-law {byte:#x}");
            }
            assert_eq!(alaw_from_linear(linear_from_alaw(byte)), byte, "A-law {byte:#x}");
        }
    }

    #[test]
    fn known_values() {
        for (byte, sample) in [(0x00, -32_124), (0x80, 32_124), (0xff, 0), (0x7f, 0), (0xce, 988)] {
            assert_eq!(linear_from_ulaw(byte), sample, "{byte:#x}");
        }
        for (byte, sample) in
            [(0xd5, 8), (0x55, -8), (0xaa, 32_256), (0x2a, -32_256), (0x80, 5_504)]
        {
            assert_eq!(linear_from_alaw(byte), sample, "{byte:#x}");
        }
        assert_eq!((ulaw_from_linear(i16::MAX), ulaw_from_linear(i16::MIN)), (0x80, 0x00));
        assert_eq!((alaw_from_linear(i16::MAX), alaw_from_linear(i16::MIN)), (0xaa, 0x2a));
        assert_eq!(
            (ulaw_from_linear(0), alaw_from_linear(0), alaw_from_linear(-1)),
            (0xff, 0xd5, 0x55)
        );
    }

    #[test]
    fn samples_are_off_by_half_a_step_at_most() {
        for sample in -32_000..=32_000 {
            let error = |back: i16| (i32::from(back) - i32::from(sample)).abs();
            let code = ulaw_from_linear(sample);
            let exponent = (!code >> 4) & 7;
            assert!(error(linear_from_ulaw(code)) <= 4 << exponent, "µ-law {sample}");
            let code = alaw_from_linear(sample);
            let exponent = ((code ^ 0x55) >> 4) & 7;
            assert!(
                error(linear_from_alaw(code)) <= 8 << exponent.saturating_sub(1),
                "A-law {sample}"
            );
        }
    }
}

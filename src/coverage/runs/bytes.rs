//! Variable-length integers (LEB128), and a reader that takes nothing else.

/// Bytes that are no runs, with what is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("corrupt footprint: {0}")]
pub struct Corrupt(pub &'static str);

/// Appends an integer, seven bits a byte, the lowest first.
pub(in crate::coverage) fn put(mut value: u32, into: &mut Vec<u8>) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            into.push(low & 0x7F);
            return;
        }
        into.push(low | 0x80);
    }
}

/// Takes the next byte off.
pub(in crate::coverage) fn take_byte(from: &mut &[u8]) -> Result<u8, Corrupt> {
    let (byte, rest) = from.split_first().ok_or(Corrupt("the end is missing"))?;
    *from = rest;
    Ok(*byte)
}

/// Takes an integer off: 32 bits, in as few bytes as it can be.
pub(in crate::coverage) fn take(from: &mut &[u8]) -> Result<u32, Corrupt> {
    let mut value = 0_u64;
    for shift in (0..35).step_by(7) {
        let byte = take_byte(from)?;
        value |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            if byte == 0 && shift > 0 {
                return Err(Corrupt("an integer is longer than needed"));
            }
            return u32::try_from(value).map_err(|_| Corrupt("an integer exceeds 32 bits"));
        }
    }
    Err(Corrupt("an integer exceeds 32 bits"))
}

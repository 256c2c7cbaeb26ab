//! When a delivery is attempted again, and how it is signed. Values in, values out.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::error::{Error, Result};

/// Seconds from each failed attempt to the next. After the last one a change is given up, not quite a day after its
/// first attempt: 85,355 s.
pub const WAITS_S: [u32; 10] = [5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 28_800];

/// By how much of itself a wait is shortened at the most, so that the receivers of many do not come back at once.
pub const JITTER: f64 = 0.2;

/// How long to wait after `attempts` failed ones; none when it is time to give up. `jitter` lies between 0 and 1 and is
/// drawn at random.
#[must_use]
pub fn wait(attempts: i32, jitter: f64) -> Option<TimeDelta> {
    let index = usize::try_from(attempts).ok()?.checked_sub(1)?;
    let seconds = f64::from(*WAITS_S.get(index)?) * (1.0 - JITTER * jitter.clamp(0.0, 1.0));
    #[expect(clippy::cast_possible_truncation, reason = "at most a day")]
    Some(TimeDelta::milliseconds((seconds * 1_000.0) as i64))
}

/// A number between 0 and 1, at random.
///
/// # Errors
/// `Internal` where the system gives no randomness.
pub fn jitter() -> Result<f64> {
    let mut bytes = [0_u8; 2];
    getrandom::fill(&mut bytes).map_err(no_randomness)?;
    Ok(f64::from(u16::from_le_bytes(bytes)) / f64::from(u16::MAX))
}

/// What secrets begin with, after the Standard Webhooks specification.
const PREFIX: &str = "whsec_";

/// A new secret: 32 random bytes in base64.
///
/// # Errors
/// `Internal` where the system gives no randomness.
pub fn new_secret() -> Result<String> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(no_randomness)?;
    Ok(format!("{PREFIX}{}", STANDARD.encode(bytes)))
}

fn no_randomness(error: getrandom::Error) -> Error {
    Error::internal(format!("no randomness: {error}"))
}

/// The header `webhook-signature` of a message: HMAC-SHA-256 over its id, the seconds since 1970 of the attempt and its
/// body with dots between, as Standard Webhooks 1.0.0 has it.
///
/// # Errors
/// `Internal` for a secret that [`new_secret`] did not make.
pub fn sign(secret: &str, id: &str, at: DateTime<Utc>, body: &[u8]) -> Result<String> {
    let broken = || Error::internal("the secret of a webhook cannot be read");
    let key = STANDARD
        .decode(secret.strip_prefix(PREFIX).ok_or_else(broken)?)
        .map_err(|_| broken())?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(|_| broken())?;
    mac.update(format!("{id}.{}.", at.timestamp()).as_bytes());
    mac.update(body);
    Ok(format!(
        "v1,{}",
        STANDARD.encode(mac.finalize().into_bytes())
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The samples of the specification's own libraries.
    #[test]
    fn signatures_are_those_of_standard_webhooks() {
        let samples = [
            (
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                1_614_265_330,
                r#"{"test": 2432232314}"#,
                "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            ),
            (
                "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
                "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
                1_649_367_553,
                r#"{"email":"test@example.com","username":"test_user"}"#,
                "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
            ),
        ];
        for (secret, id, at_s, body, expected) in samples {
            let at = DateTime::from_timestamp(at_s, 999_000_000).unwrap();
            assert_eq!(sign(secret, id, at, body.as_bytes()).unwrap(), expected);
        }
    }

    #[test]
    fn secrets_are_long_differ_and_are_no_others() {
        let (one, two) = (new_secret().unwrap(), new_secret().unwrap());
        assert_ne!(one, two);
        let key = STANDARD
            .decode(one.strip_prefix("whsec_").unwrap())
            .unwrap();
        assert_eq!(key.len(), 32);
        let at = DateTime::UNIX_EPOCH;
        assert!(sign("secret", "1", at, b"").is_err());
        assert!(sign("whsec_?", "1", at, b"").is_err());
    }

    #[test]
    fn waits_grow_and_end_within_a_day() {
        assert!(WAITS_S.is_sorted());
        let total: u32 = WAITS_S.iter().sum();
        assert_eq!(total, 85_355);
        assert_eq!(wait(1, 0.0), Some(TimeDelta::seconds(5)));
        assert_eq!(wait(1, 1.0), Some(TimeDelta::seconds(4)));
        assert_eq!(wait(10, 0.0), Some(TimeDelta::hours(8)));
        assert_eq!(wait(11, 0.0), None);
        assert_eq!(wait(0, 0.0), None);
    }

    proptest! {
        #[test]
        fn a_wait_is_shortened_by_a_fifth_at_the_most(attempts in 1..=10_i32, jitter in -1.0..2.0_f64) {
            let (whole, own) = (wait(attempts, 0.0).unwrap(), wait(attempts, jitter).unwrap());
            prop_assert!(own <= whole && own >= whole * 4 / 5);
        }
    }
}

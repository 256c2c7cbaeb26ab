//! One row: a cell, where it was seen, and which base station it belongs to.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate};
use csv::StringRecord;
use serde_json::Value;

use super::COLUMNS;
use crate::domain::{Faults, Rule, Technology};

/// The kinds of radio of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum System {
    Gsm,
    Cdma,
    Umts,
    Lte,
    Nr,
}

impl System {
    fn parse(word: &str) -> Option<Self> {
        match word.to_ascii_uppercase().as_str() {
            "GSM" => Some(Self::Gsm),
            "CDMA" => Some(Self::Cdma),
            "UMTS" => Some(Self::Umts),
            "LTE" => Some(Self::Lte),
            "NR" => Some(Self::Nr),
            _ => None,
        }
    }

    /// The generation that the system belongs to.
    pub fn technology(self) -> Technology {
        match self {
            Self::Gsm | Self::Cdma => Technology::Second,
            Self::Umts => Technology::Third,
            Self::Lte => Technology::Fourth,
            Self::Nr => Technology::Fifth,
        }
    }

    /// The greatest cell identity: 16 bits in GSM (3GPP TS 24.008, 10.5.1.1) and CDMA, 28 in UMTS (TS 25.331, 10.3.2.2)
    /// and LTE (TS 36.331, `CellIdentity`), 36 in NR (TS 38.331, `CellIdentity`).
    fn cell_max(self) -> u64 {
        match self {
            Self::Gsm | Self::Cdma => (1 << 16) - 1,
            Self::Umts | Self::Lte => (1 << 28) - 1,
            Self::Nr => (1 << 36) - 1,
        }
    }
}

/// A mobile network.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Network {
    /// Mobile country code and network code, parted by `-`.
    pub plmn: String,
    /// The operator's code in the register.
    pub operator: String,
}

/// The networks that are known, by country code and network code as the files write them: without leading zeros.
pub type Networks = HashMap<(u64, u64), Arc<Network>>;

/// The networks of `plmns`, operators' codes by PLMN. Where two differ only in a leading zero of the network code, the one
/// of two digits is meant.
pub fn networks(plmns: &HashMap<String, String>) -> Networks {
    let mut longest_first: Vec<_> = plmns.iter().collect();
    longest_first.sort_by_key(|(plmn, _)| std::cmp::Reverse(plmn.len()));
    longest_first
        .into_iter()
        .filter_map(|(plmn, operator)| {
            let (country, network) = plmn.split_at_checked(3)?;
            let key = (country.parse().ok()?, network.parse().ok()?);
            let plmn = format!("{country}-{network}");
            let operator = operator.clone();
            Some((key, Arc::new(Network { plmn, operator })))
        })
        .collect()
}

/// What names a base station.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Identity {
    /// Its network.
    pub network: Arc<Network>,
    /// The kind of radio.
    pub system: System,
    /// The area in which the node's number is unique; 0 where it is unique in the whole network.
    pub area: u64,
    /// The node's number.
    pub node: u64,
}

impl Identity {
    /// Area and number of the base station of a cell.
    ///
    /// * LTE: the E-UTRAN cell identity is the eNodeB's identity (20 bits) and 8 bits for the cell (TS 36.413, 9.2.1.37).
    /// * NR: the gNB's identity has 22 to 32 of the 36 bits (TS 38.413, 9.3.1.6) and its length is not in the number; 24 is
    ///   the usual choice.
    /// * UMTS: RNC identity (12 bits) and cell (16 bits; TS 25.401, 6.1.5). The last decimal digit of the cell is by custom
    ///   the sector and carrier. Where the number has no RNC, the location area stands for it.
    /// * GSM: the cell identity is unique in its location area (TS 23.003, 4.3); its last decimal digit is by custom the
    ///   sector.
    /// * CDMA: networks differ in which bits of the cell identity are the sector, and published cells follow none of the
    ///   customs well, so each cell is a node.
    fn node(system: System, area: u64, cell: u64) -> (u64, u64) {
        match system {
            System::Lte => (0, cell >> 8),
            System::Nr => (0, cell >> 12),
            System::Umts if cell >> 16 > 0 => (cell >> 16, (cell & 0xFFFF) / 10),
            System::Umts | System::Gsm => (area, cell / 10),
            System::Cdma => (area, cell),
        }
    }

    /// The code of the node's site: `452-04-4g-359592`, with the area before the number where it has one.
    pub fn code(&self) -> String {
        let plmn = &self.network.plmn;
        let (technology, node) = (self.system.technology().as_str(), self.node);
        match (self.system, self.area) {
            (System::Cdma, area) => format!("{plmn}-{technology}-cdma-{area}-{node}"),
            (_, 0) => format!("{plmn}-{technology}-{node}"),
            (_, area) => format!("{plmn}-{technology}-{area}-{node}"),
        }
    }
}

/// A cell as a row tells of it.
#[derive(Debug, Clone)]
pub struct Observation {
    /// Its base station.
    pub identity: Identity,
    /// Degrees.
    pub longitude: f64,
    /// Degrees.
    pub latitude: f64,
    /// Metres; 0 where it is not known.
    pub range_m: f64,
    /// Whether the position is the operator's own.
    pub is_exact: bool,
    /// The last day on which the cell was measured.
    pub updated: Option<NaiveDate>,
}

impl Observation {
    /// Reads a row.
    ///
    /// # Errors
    /// Every fault, with the column as its pointer.
    pub fn read(texts: &StringRecord, networks: &Networks) -> Result<Self, Faults> {
        let mut row = Row {
            texts,
            faults: Faults::default(),
        };
        let read = row.observation(networks);
        row.faults.give(read)
    }
}

struct Row<'r> {
    texts: &'r StringRecord,
    faults: Faults,
}

impl Row<'_> {
    fn observation(&mut self, networks: &Networks) -> Option<Observation> {
        let (expected, found) = (COLUMNS.len(), self.texts.len());
        if found != expected {
            let rule = Rule::WrongCellCount { expected, found };
            self.faults.body("", rule, None);
            return None;
        }
        let system = self.system();
        let cell_max = system.map_or(u64::MAX >> 28, System::cell_max);
        let (country, network) = (self.whole("mcc", 999), self.whole("net", 32_767));
        let (area, cell) = (self.whole("area", 1 << 24), self.whole("cell", cell_max));
        let longitude = self.number("lon", -180.0, 180.0);
        let latitude = self.number("lat", -90.0, 90.0);
        let range_m = self.number("range", 0.0, f64::MAX);
        let changeable = self.whole("changeable", 1);
        let updated = self.whole("updated", i64::MAX.unsigned_abs());
        let network = self.network(country?, network?, networks)?;
        let system = system?;
        let (area, node) = Identity::node(system, area?, cell?);
        Some(Observation {
            identity: Identity {
                network,
                system,
                area,
                node,
            },
            longitude: longitude?,
            latitude: latitude?,
            range_m: range_m?,
            is_exact: changeable? == 0,
            updated: day(updated?),
        })
    }

    fn system(&mut self) -> Option<System> {
        let text = self.text("radio");
        let system = System::parse(text);
        if system.is_none() {
            let known = "GSM, CDMA, UMTS, LTE, NR";
            self.fault("radio", Rule::UnknownValue { known });
        }
        system
    }

    fn network(&mut self, country: u64, network: u64, networks: &Networks) -> Option<Arc<Network>> {
        let known = networks.get(&(country, network)).cloned();
        if known.is_none() {
            let plmn = format!("{country:03}-{network:02}");
            self.fault("net", Rule::UnknownPlmn { plmn });
        }
        known
    }

    fn whole(&mut self, column: &str, max: u64) -> Option<u64> {
        let read = self.text(column).parse().ok().filter(|n| *n <= max);
        if read.is_none() {
            #[expect(
                clippy::cast_precision_loss,
                reason = "for the words of the fault only"
            )]
            let max = max as f64;
            self.fault(column, Rule::OutOfRange { min: 0.0, max });
        }
        read
    }

    fn number(&mut self, column: &str, min: f64, max: f64) -> Option<f64> {
        let read: Option<f64> = self.text(column).parse().ok();
        let read = read.filter(|n| (min..=max).contains(n));
        if read.is_none() {
            self.fault(column, Rule::OutOfRange { min, max });
        }
        read
    }

    fn text(&self, column: &str) -> &str {
        let index = COLUMNS.iter().position(|name| *name == column);
        index
            .and_then(|index| self.texts.get(index))
            .unwrap_or("")
            .trim()
    }

    fn fault(&mut self, column: &str, rule: Rule) {
        let value = Value::from(self.text(column));
        self.faults.body(format!("/{column}"), rule, Some(&value));
    }
}

/// The day of Unix seconds; 0 says that it is not known.
fn day(seconds: u64) -> Option<NaiveDate> {
    let seconds = i64::try_from(seconds).ok().filter(|seconds| *seconds > 0)?;
    DateTime::from_timestamp(seconds, 0).map(|time| time.date_naive())
}

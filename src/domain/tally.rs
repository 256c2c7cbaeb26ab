//! Counts of sites, radios and subscribers, and their sums.

use std::ops::AddAssign;

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::Service;

/// Radios in service, by technology.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct RadioCounts {
    /// 2G radios.
    #[serde(rename = "2g")]
    pub second: i64,
    /// 3G radios.
    #[serde(rename = "3g")]
    pub third: i64,
    /// 4G radios.
    #[serde(rename = "4g")]
    pub fourth: i64,
    /// 5G radios.
    #[serde(rename = "5g")]
    pub fifth: i64,
    /// All radios.
    pub total: i64,
}

/// Sites in service by kind, and their radios.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct SiteCounts {
    /// Switching stations.
    pub switching_station: i64,
    /// Satellite exchanges.
    pub satellite_exchange: i64,
    /// BTS sites: positions, whatever number of radios they have.
    pub bts: i64,
    /// Radios of the BTS sites.
    pub radios: RadioCounts,
}

impl SiteCounts {
    /// Adds `count` things of `item`, which is a kind or a technology; false where it is neither.
    pub fn add(&mut self, item: &str, count: i64) -> bool {
        let slot = match item {
            "switching_station" => &mut self.switching_station,
            "satellite_exchange" => &mut self.satellite_exchange,
            "bts" => &mut self.bts,
            "2g" => &mut self.radios.second,
            "3g" => &mut self.radios.third,
            "4g" => &mut self.radios.fourth,
            "5g" => &mut self.radios.fifth,
            _ => return false,
        };
        *slot += count;
        if !matches!(item, "switching_station" | "satellite_exchange" | "bts") {
            self.radios.total += count;
        }
        true
    }
}

impl AddAssign for SiteCounts {
    fn add_assign(&mut self, other: Self) {
        self.switching_station += other.switching_station;
        self.satellite_exchange += other.satellite_exchange;
        self.bts += other.bts;
        self.radios.second += other.radios.second;
        self.radios.third += other.radios.third;
        self.radios.fourth += other.radios.fourth;
        self.radios.fifth += other.radios.fifth;
        self.radios.total += other.radios.total;
    }
}

/// Subscribers of fixed telephony, by service.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct FixedSubscribers {
    /// Over a wire.
    pub fixed_wired: i64,
    /// By radio, fixed.
    pub fixed_wireless: i64,
    /// By local radio.
    pub local_wireless: i64,
    /// All three.
    pub total: i64,
}

/// Subscribers of mobile telephony.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct MobileSubscribers {
    /// All of them.
    pub total: i64,
}

/// Subscribers by service.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct SubscriberTotals {
    /// Of fixed telephony.
    pub fixed: FixedSubscribers,
    /// Of mobile telephony.
    pub mobile: MobileSubscribers,
    /// The newest end of period among the counts; null where there is no count.
    pub period_end: Option<NaiveDate>,
}

impl SubscriberTotals {
    /// Adds one count.
    pub fn add(&mut self, service: Service, subscribers: i64, period_end: NaiveDate) {
        match service {
            Service::FixedWired => self.fixed.fixed_wired += subscribers,
            Service::FixedWireless => self.fixed.fixed_wireless += subscribers,
            Service::LocalWireless => self.fixed.local_wireless += subscribers,
            Service::Mobile => self.mobile.total += subscribers,
        }
        if service != Service::Mobile {
            self.fixed.total += subscribers;
        }
        self.period_end = self.period_end.max(Some(period_end));
    }
}

impl AddAssign for SubscriberTotals {
    fn add_assign(&mut self, other: Self) {
        self.fixed.fixed_wired += other.fixed.fixed_wired;
        self.fixed.fixed_wireless += other.fixed.fixed_wireless;
        self.fixed.local_wireless += other.fixed.local_wireless;
        self.fixed.total += other.fixed.total;
        self.mobile.total += other.mobile.total;
        self.period_end = self.period_end.max(other.period_end);
    }
}

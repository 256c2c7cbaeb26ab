//! Subscriber counts: how many subscribers an operator has of a service in an area at the end of a period.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::fields::Fields;
use super::text::{self, REMARK_MAX};
use super::{Faults, Rule, Technology};

/// What subscribers subscribe to.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// Fixed telephony over a wire.
    FixedWired,
    /// Fixed telephony by radio.
    FixedWireless,
    /// Local wireless telephony.
    LocalWireless,
    /// Mobile telephony.
    Mobile,
}

impl Service {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 4] = [
        Self::FixedWired,
        Self::FixedWireless,
        Self::LocalWireless,
        Self::Mobile,
    ];

    /// The word of the API and of the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FixedWired => "fixed_wired",
            Self::FixedWireless => "fixed_wireless",
            Self::LocalWireless => "local_wireless",
            Self::Mobile => "mobile",
        }
    }

    /// Reads the word of the API.
    ///
    /// # Errors
    /// `UnknownService` for any other word.
    pub fn parse(word: &str) -> Result<Self, Rule> {
        Self::ALL
            .into_iter()
            .find(|service| service.as_str() == word)
            .ok_or(Rule::UnknownService)
    }
}

/// What identifies a count.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CountKey {
    /// Last day of the period.
    pub period_end: NaiveDate,
    /// Code of the operator.
    pub operator: String,
    /// The service.
    pub service: Service,
    /// Code of the area, as valid on `period_end`.
    pub area: String,
    /// Of mobile subscribers, those of one technology.
    pub technology: Option<Technology>,
    /// Code of the operator's site, where the count is of one site.
    pub site: Option<String>,
}

/// A count of subscribers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriberCount {
    /// What it counts.
    pub key: CountKey,
    /// How many.
    pub subscribers: i32,
    /// By which definition they were counted.
    pub definition: Option<String>,
    /// Where the figure comes from.
    pub source: Option<String>,
}

impl SubscriberCount {
    /// Reads one count of a list.
    pub fn read(value: &Value, base: String, faults: &mut Faults) -> Option<Self> {
        let mut fields = Fields::of(value, base, faults)?;
        fields.require(
            &["operator", "service", "area", "period_end", "subscribers"],
            faults,
        );
        fields.pass_over(&["version", "recorded_at"]);
        let operator = fields.checked("operator", faults, text::operator_code);
        let service = fields.checked("service", faults, Service::parse);
        let technology = fields.checked("technology", faults, Technology::parse);
        if let (
            Some(technology),
            Some(Service::FixedWired | Service::FixedWireless | Service::LocalWireless),
        ) = (technology, service)
        {
            let value = Value::from(technology.as_str());
            faults.body(
                fields.pointer("technology"),
                Rule::NotForKind {
                    kind: "fixed service",
                },
                Some(&value),
            );
        }
        let area = fields.checked("area", faults, text::area_code);
        let site = fields.checked("site", faults, text::site_code);
        let period_end = fields.date("period_end", faults);
        let subscribers = fields.integer("subscribers", 0, i32::MAX, faults);
        let definition = fields.text("definition", REMARK_MAX, faults);
        let source = fields.text("source", REMARK_MAX, faults);
        fields.refuse_others(faults);
        let key = CountKey {
            period_end: period_end?,
            operator: operator?,
            service: service?,
            area: area?,
            technology,
            site,
        };
        Some(Self {
            key,
            subscribers: subscribers?,
            definition,
            source,
        })
    }
}

/// A count with the area version that its code means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocatedCount {
    /// The count.
    pub count: SubscriberCount,
    /// The area version; none where the code means nothing.
    pub area_id: Option<i32>,
    /// First day on which that area is no longer valid.
    pub area_valid_to: Option<NaiveDate>,
}

/// The counts that answer for `as_of`, so that their plain sum counts nobody twice.
///
/// For each operator and service: (1) counts of periods that ended after `as_of`, or more than `max_age` days before it,
/// do not answer; (2) counts for areas that had been abolished by the newest period are dropped; (3) each area answers
/// with its newest period, by its total rather than by technologies, by the area rather than by sites; (4) an area
/// inside another one that answers is dropped, as it is a part of it. `wholes` gives the areas in which an area lies.
#[must_use]
pub fn answering(
    counts: Vec<LocatedCount>,
    as_of: NaiveDate,
    max_age: Days,
    wholes: impl Fn(i32) -> Arc<[i32]>,
) -> Vec<LocatedCount> {
    let oldest = as_of.checked_sub_days(max_age).unwrap_or(NaiveDate::MIN);
    let mut groups: HashMap<(String, Service), Vec<LocatedCount>> = HashMap::new();
    for count in counts {
        let key = &count.count.key;
        if key.period_end <= as_of && key.period_end >= oldest {
            groups
                .entry((key.operator.clone(), key.service))
                .or_default()
                .push(count);
        }
    }
    groups
        .into_values()
        .flat_map(|group| answering_of_one(group, &wholes))
        .collect()
}

fn answering_of_one(
    mut group: Vec<LocatedCount>,
    wholes: &impl Fn(i32) -> Arc<[i32]>,
) -> Vec<LocatedCount> {
    let newest = group.iter().map(|c| c.count.key.period_end).max();
    group.retain(|c| newest.is_none_or(|newest| c.area_valid_to.is_none_or(|end| newest < end)));
    let mut by_area: HashMap<String, Vec<LocatedCount>> = HashMap::new();
    for count in group {
        by_area
            .entry(count.count.key.area.clone())
            .or_default()
            .push(count);
    }
    let kept: Vec<LocatedCount> = by_area.into_values().flat_map(newest_totals).collect();
    let areas: HashSet<i32> = kept.iter().filter_map(|c| c.area_id).collect();
    let inside_another = |c: &LocatedCount| {
        c.area_id
            .is_some_and(|a| wholes(a).iter().any(|b| *b != a && areas.contains(b)))
    };
    kept.into_iter().filter(|c| !inside_another(c)).collect()
}

/// Of the counts of one area: the newest period, and of that the totals where there are any.
fn newest_totals(mut counts: Vec<LocatedCount>) -> Vec<LocatedCount> {
    let newest = counts.iter().map(|c| c.count.key.period_end).max();
    counts.retain(|c| Some(c.count.key.period_end) == newest);
    if counts.iter().any(|c| c.count.key.site.is_none()) {
        counts.retain(|c| c.count.key.site.is_none());
    }
    if counts.iter().any(|c| c.count.key.technology.is_none()) {
        counts.retain(|c| c.count.key.technology.is_none());
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(
        area: &str,
        period_end: &str,
        technology: Option<Technology>,
        subscribers: i32,
    ) -> LocatedCount {
        let key = CountKey {
            period_end: period_end.parse().unwrap(),
            operator: "viettel".into(),
            service: Service::Mobile,
            area: area.into(),
            technology,
            site: None,
        };
        let count = SubscriberCount {
            key,
            subscribers,
            definition: None,
            source: None,
        };
        LocatedCount {
            count,
            area_id: area.parse().ok(),
            area_valid_to: None,
        }
    }

    fn sum(counts: Vec<LocatedCount>, as_of: &str) -> i32 {
        let wholes = |a: i32| {
            if a > 1000 {
                [a, a / 100].into()
            } else {
                [a].into()
            }
        };
        answering(counts, as_of.parse().unwrap(), Days::new(550), wholes)
            .iter()
            .map(|c| c.count.subscribers)
            .sum()
    }

    #[test]
    fn each_area_answers_with_its_newest_count() {
        let counts = || {
            vec![
                count("105", "2015-12-31", None, 1),
                count("105", "2016-12-31", None, 10),
                count("106", "2015-12-31", None, 100),
            ]
        };
        assert_eq!(sum(counts(), "2016-12-31"), 110);
        assert_eq!(sum(counts(), "2016-06-30"), 101);
        assert_eq!(sum(counts(), "2030-06-30"), 0);
    }

    #[test]
    fn nobody_is_counted_twice() {
        let two = Some(Technology::Second);
        let three = Some(Technology::Third);
        assert_eq!(
            sum(
                vec![
                    count("105", "2016-12-31", two, 1),
                    count("105", "2016-12-31", three, 2)
                ],
                "2017-01-01"
            ),
            3
        );
        assert_eq!(
            sum(
                vec![
                    count("105", "2016-12-31", two, 1),
                    count("105", "2016-12-31", None, 5)
                ],
                "2017-01-01"
            ),
            5
        );
        assert_eq!(
            sum(
                vec![
                    count("10501", "2016-12-31", None, 1),
                    count("105", "2016-12-31", None, 5)
                ],
                "2017-01-01"
            ),
            5
        );
        let abolished = LocatedCount {
            area_valid_to: "2016-07-01".parse().ok(),
            ..count("105", "2016-06-30", None, 5)
        };
        assert_eq!(
            sum(
                vec![abolished, count("3388", "2016-12-31", None, 7)],
                "2017-01-01"
            ),
            7
        );
    }
}

//! What receivers get: changes and pings as CloudEvents 1.0.2 in structured mode.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::changes::ChangeView;
use super::views::utc;
use crate::db::changes::Record;
use crate::error::{Error, Result};

/// The media type of a delivery.
pub const MEDIA_TYPE: &str = "application/cloudevents+json; charset=utf-8";

/// A change as it is sent to webhooks: a CloudEvents 1.0.2 event.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"specversion": "1.0", "id": "8412", "source": "/api/v1/changes", "type": "telecom-inventory.site.update",
    "subject": "site/0192f0c1-7e5e-7c3b-9a51-0c3e5d1f4a77", "time": "2016-11-20T08:00:00Z", "datacontenttype": "application/json",
    "data": {"revision": 8412, "recorded_at": "2016-11-20T08:00:00Z", "actor": "Viettel Lai Châu", "resource": "site",
        "key": "0192f0c1-7e5e-7c3b-9a51-0c3e5d1f4a77", "action": "update", "version": 3, "fields": ["status"], "reason": null}}))]
pub struct Event {
    /// Version of CloudEvents: 1.0.
    specversion: &'static str,
    /// The revision; of a ping the delivery's id. The same in every attempt: by it and `source` duplicates are known.
    id: String,
    /// The register: a setting of the service.
    source: String,
    /// `telecom-inventory.`, what kind of record, `.` and what was done, in the words of the journal.
    #[serde(rename = "type")]
    kind: String,
    /// What kind of record, `/` and its key.
    subject: String,
    /// When the change was recorded.
    time: DateTime<Utc>,
    /// Always `application/json`.
    datacontenttype: &'static str,
    /// The change, as `GET /changes` shows it; of a ping the webhook's id.
    #[schema(value_type = ChangeView)]
    data: Box<RawValue>,
}

impl Event {
    /// A change as an event of the register `source`.
    ///
    /// # Errors
    /// `Internal` when it cannot be written as JSON.
    pub fn of_change(change: Record, source: &str) -> Result<Self> {
        let time = utc(change.recorded_at);
        let (resource, action) = (change.resource.clone(), change.action.clone());
        let (id, key) = (change.revision.to_string(), change.key.clone());
        let data = raw(&ChangeView::from(change))?;
        Ok(Self::new(
            id,
            source,
            (&resource, &action),
            &key,
            time,
            data,
        ))
    }

    /// A ping of `webhook` as an event.
    ///
    /// # Errors
    /// `Internal` when it cannot be written as JSON.
    pub fn of_ping(id: String, webhook: &str, source: &str, time: DateTime<Utc>) -> Result<Self> {
        let data = raw(&json!({"webhook": webhook}))?;
        let what = ("webhook", "ping");
        Ok(Self::new(id, source, what, webhook, time, data))
    }

    fn new(
        id: String,
        source: &str,
        (resource, action): (&str, &str),
        key: &str,
        time: DateTime<Utc>,
        data: Box<RawValue>,
    ) -> Self {
        Self {
            specversion: "1.0",
            id,
            source: source.to_owned(),
            kind: format!("telecom-inventory.{resource}.{action}"),
            subject: format!("{resource}/{key}"),
            time,
            datacontenttype: "application/json",
            data,
        }
    }

    /// The body of a delivery.
    ///
    /// # Errors
    /// `Internal` when it cannot be written as JSON.
    pub fn body(&self) -> Result<Vec<u8>> {
        serde_json::to_vec(self).map_err(|error| Error::Internal(Box::new(error)))
    }
}

/// The same text that an answer to `GET /changes` has.
fn raw(data: &impl Serialize) -> Result<Box<RawValue>> {
    to_raw_value(data).map_err(|error| Error::Internal(Box::new(error)))
}

/// What the contract says of deliveries: the requests that this service makes.
#[must_use]
pub fn described() -> Value {
    let header = |name: &str, description: &str| json!({"name": name, "in": "header", "required": true, "description": description, "schema": {"type": "string"}});
    json!({"change": {"post": {
        "operationId": "receive_change",
        "tags": ["webhooks"],
        "summary": "A change",
        "description": "Sent to the address of a webhook for every change that it wants, in the order of revisions, until it is answered with a 2xx.",
        "parameters": [
            header("webhook-id", "The event's id: the same in every attempt"),
            header("webhook-timestamp", "Seconds since 1970 at this attempt"),
            header("webhook-signature", "`v1,` and the base64 of HMAC-SHA-256 over `{webhook-id}.{webhook-timestamp}.{body}` (Standard Webhooks)")
        ],
        "requestBody": {"required": true, "content": {"application/cloudevents+json": {"schema": {"$ref": "#/components/schemas/Event"}}}},
        "responses": {
            "2XX": {"description": "It has arrived"},
            "410": {"description": "The receiver wants no more: the webhook is paused"},
            "default": {"description": "It has not arrived, and is sent again"}
        }
    }}})
}

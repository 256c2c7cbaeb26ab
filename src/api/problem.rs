//! What failures mean in HTTP: RFC 9457 problem documents, in English and Vietnamese, and the pages that explain them.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, ResponseError, get, web};
use maud::{DOCTYPE, html};
use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::{Content, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

use crate::domain::{FieldError, Language};
use crate::error::{Error, Result};

/// The media type of problem documents.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// An RFC 9457 problem document.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// Address of a page that explains this kind of problem.
    #[serde(rename = "type")]
    #[schema(example = "/problems/invalid")]
    pub problem_type: String,
    /// The kind of problem, in words.
    #[schema(example = "The request breaks rules")]
    pub title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599, example = 400)]
    pub status: u16,
    /// This problem, in words.
    pub detail: String,
    /// The address that was asked.
    pub instance: String,
    /// Id of the request, which the log has too.
    pub request_id: String,
    /// Every rule that the input breaks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProblemError>,
}

/// One rule that the input breaks.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProblemError {
    /// JSON pointer (RFC 6901) into the body.
    pub pointer: Option<String>,
    /// Name of the query, path or header parameter.
    pub parameter: Option<String>,
    /// Row of the file, counted from 1.
    pub row: Option<usize>,
    /// Stable code of the rule.
    #[schema(example = "unknown_technology")]
    pub code: &'static str,
    /// The rule, in words.
    pub detail: String,
    /// The value that was sent; long ones are cut.
    pub value: Option<Value>,
}

impl ProblemError {
    /// The fault in `language`.
    #[must_use]
    pub fn new(fault: FieldError, language: Language) -> Self {
        Self {
            pointer: fault.pointer,
            parameter: fault.parameter,
            row: fault.row,
            code: fault.rule.code(),
            detail: fault.rule.text(language),
            value: fault.value,
        }
    }
}

/// Faults of one answer at the most: a file may have a million bad rows.
const ERRORS_MAX: usize = 10_000;

/// A kind of problem: its slug, its status, its title and explanation in both languages.
struct Kind {
    slug: &'static str,
    status: StatusCode,
    title: [&'static str; 2],
    explanation: [&'static str; 2],
}

const KINDS: [Kind; 14] = [
    Kind {
        slug: "invalid",
        status: StatusCode::BAD_REQUEST,
        title: ["The request breaks rules", "Yêu cầu vi phạm quy tắc"],
        explanation: [
            "Every broken rule is listed under `errors`, each with its place, its code and the value. Nothing was stored.",
            "Mọi lỗi được liệt kê trong `errors`, mỗi lỗi kèm vị trí, mã và giá trị. Không có gì được lưu.",
        ],
    },
    Kind {
        slug: "unauthenticated",
        status: StatusCode::UNAUTHORIZED,
        title: ["A valid key is needed", "Cần khóa hợp lệ"],
        explanation: [
            "Send `Authorization: Bearer <key>`, or HTTP Basic with the key as password. The department makes keys; they can expire and be revoked.",
            "Gửi `Authorization: Bearer <khóa>`, hoặc HTTP Basic với khóa làm mật khẩu. Khóa do cơ quan quản lý cấp, có thể hết hạn hoặc bị thu hồi.",
        ],
    },
    Kind {
        slug: "forbidden",
        status: StatusCode::FORBIDDEN,
        title: [
            "The key does not allow this",
            "Khóa không cho phép thao tác này",
        ],
        explanation: [
            "A reader's key reads. An operator's key writes the records of its own operator. The department's key does everything.",
            "Khóa reader chỉ đọc. Khóa operator ghi hồ sơ của chính doanh nghiệp. Khóa department làm được mọi việc.",
        ],
    },
    Kind {
        slug: "not-found",
        status: StatusCode::NOT_FOUND,
        title: ["There is no such thing", "Không tìm thấy"],
        explanation: [
            "The address or the record does not exist.",
            "Địa chỉ hoặc bản ghi không tồn tại.",
        ],
    },
    Kind {
        slug: "method-not-allowed",
        status: StatusCode::METHOD_NOT_ALLOWED,
        title: [
            "The address does not have this method",
            "Địa chỉ không hỗ trợ phương thức này",
        ],
        explanation: [
            "The methods of an address are in the `Allow` header.",
            "Các phương thức được phép nằm trong tiêu đề `Allow`.",
        ],
    },
    Kind {
        slug: "not-acceptable",
        status: StatusCode::NOT_ACCEPTABLE,
        title: ["There is no such representation", "Không có định dạng này"],
        explanation: [
            "Ask by `Accept` or by `f=` for one of the media types that the contract names.",
            "Hãy yêu cầu bằng `Accept` hoặc `f=` một trong các định dạng được công bố.",
        ],
    },
    Kind {
        slug: "conflict",
        status: StatusCode::CONFLICT,
        title: [
            "The state of the record does not allow this",
            "Trạng thái bản ghi không cho phép",
        ],
        explanation: [
            "Another record has this key, or the record is in a state in which this cannot be done; `detail` says which.",
            "Một bản ghi khác đã dùng khóa này, hoặc bản ghi đang ở trạng thái không cho phép thao tác; xem `detail`.",
        ],
    },
    Kind {
        slug: "stale",
        status: StatusCode::PRECONDITION_FAILED,
        title: ["The record has changed since", "Bản ghi đã thay đổi"],
        explanation: [
            "`If-Match` names a version that is not the newest. Read the record again and repeat the change.",
            "`If-Match` không phải phiên bản mới nhất. Hãy đọc lại bản ghi rồi thay đổi.",
        ],
    },
    Kind {
        slug: "too-large",
        status: StatusCode::PAYLOAD_TOO_LARGE,
        title: ["This is too large", "Quá lớn"],
        explanation: [
            "The body is over the limit that `detail` states.",
            "Nội dung vượt giới hạn nêu trong `detail`.",
        ],
    },
    Kind {
        slug: "unsupported-media-type",
        status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
        title: [
            "The body's media type cannot be read here",
            "Không đọc được kiểu nội dung này",
        ],
        explanation: [
            "`detail` says which `Content-Type` is read here.",
            "`detail` nêu `Content-Type` được chấp nhận.",
        ],
    },
    Kind {
        slug: "precondition-required",
        status: StatusCode::PRECONDITION_REQUIRED,
        title: [
            "The change must say which version it is based on",
            "Cần nêu phiên bản được sửa",
        ],
        explanation: [
            "Read the record, and send its `ETag` as `If-Match`, so that nobody's change is overwritten unseen.",
            "Hãy đọc bản ghi và gửi `ETag` của nó trong `If-Match` để không ghi đè thay đổi của người khác.",
        ],
    },
    Kind {
        slug: "request-failed",
        status: StatusCode::BAD_REQUEST,
        title: ["The request cannot be read", "Không đọc được yêu cầu"],
        explanation: [
            "The request breaks HTTP itself.",
            "Yêu cầu sai quy cách HTTP.",
        ],
    },
    Kind {
        slug: "unavailable",
        status: StatusCode::SERVICE_UNAVAILABLE,
        title: ["The register is busy or away", "Hệ thống đang bận"],
        explanation: [
            "Nothing was stored. Try again after the seconds in `Retry-After`.",
            "Không có gì được lưu. Hãy thử lại sau số giây trong `Retry-After`.",
        ],
    },
    Kind {
        slug: "internal",
        status: StatusCode::INTERNAL_SERVER_ERROR,
        title: ["The service failed", "Lỗi hệ thống"],
        explanation: [
            "This is a fault of the service. Nothing was stored. Tell the department the `request_id`.",
            "Đây là lỗi của hệ thống. Không có gì được lưu. Hãy báo `request_id` cho cơ quan quản lý.",
        ],
    },
];

impl Error {
    fn slug(&self) -> &'static str {
        match self {
            Self::Invalid(_) | Self::Refused(_) => "invalid",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden(_) => "forbidden",
            Self::NotFound { .. } | Self::NoRoute => "not-found",
            Self::MethodNotAllowed(_) => "method-not-allowed",
            Self::NotAcceptable(_) => "not-acceptable",
            Self::UnsupportedMedia(_) => "unsupported-media-type",
            Self::Conflict { .. } => "conflict",
            Self::PreconditionRequired => "precondition-required",
            Self::Stale => "stale",
            Self::TooLarge(_) => "too-large",
            Self::Unavailable(_) => "unavailable",
            Self::Internal(_) => "internal",
        }
    }

    fn faults(&self) -> Vec<FieldError> {
        match self {
            Self::Invalid(faults) => faults.clone().into_list(),
            _ => Vec::new(),
        }
    }
}

/// `text` as a sentence.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| {
            first
                .to_uppercase()
                .chain(letters)
                .chain(".".chars())
                .collect()
        })
        .unwrap_or_default()
}

fn kind(slug: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.slug == slug)
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        kind(self.slug()).map_or(StatusCode::INTERNAL_SERVER_ERROR, |kind| kind.status)
    }

    /// Only the status: the gate, which knows the request, writes the document.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

/// What the gate knows of the request that failed.
pub struct Context<'a> {
    /// The address that was asked.
    pub instance: &'a str,
    /// The request's id.
    pub request_id: &'a str,
    /// The language of the answer.
    pub language: Language,
}

/// The problem document of a failure.
#[must_use]
pub fn answer(error: &Error, context: &Context) -> HttpResponse {
    let faults = error.faults();
    let detail = match (faults.len(), context.language) {
        (0, Language::English) => sentence(&error.to_string()),
        (0, Language::Vietnamese) => {
            kind(error.slug()).map_or_else(String::new, |kind| kind.explanation[1].to_owned())
        }
        (n, Language::English) => format!("{n} rule(s) broken; see `errors`."),
        (n, Language::Vietnamese) => format!("Có {n} lỗi; xem `errors`."),
    };
    let errors = faults
        .into_iter()
        .take(ERRORS_MAX)
        .map(|fault| ProblemError::new(fault, context.language))
        .collect();
    let mut response = document(error.slug(), error.status_code(), detail, errors, context);
    let headers = response.headers_mut();
    let header = match error {
        Error::Unauthenticated => Some((
            "www-authenticate",
            "Bearer realm=\"telecom-inventory\", Basic realm=\"telecom-inventory\"".to_owned(),
        )),
        Error::MethodNotAllowed(methods) => Some(("allow", methods.clone())),
        Error::Unavailable(_) => Some(("retry-after", "2".to_owned())),
        _ => None,
    };
    if let Some((name, value)) = header.and_then(|(name, value)| Some((name, value.parse().ok()?)))
    {
        headers.insert(
            actix_web::http::header::HeaderName::from_static(name),
            value,
        );
    }
    response
}

/// The problem document of a failure that the web framework found before any handler did.
#[must_use]
pub fn framework_answer(status: StatusCode, detail: &str, context: &Context) -> HttpResponse {
    let by_status = KINDS
        .iter()
        .find(|kind| kind.status == status && kind.slug != "invalid")
        .map(|kind| kind.slug);
    let slug = by_status.unwrap_or(if status.is_server_error() {
        "internal"
    } else {
        "request-failed"
    });
    document(slug, status, detail.to_owned(), Vec::new(), context)
}

fn document(
    slug: &str,
    status: StatusCode,
    detail: String,
    errors: Vec<ProblemError>,
    context: &Context,
) -> HttpResponse {
    let title = kind(slug).map_or("", |kind| {
        kind.title[usize::from(context.language == Language::Vietnamese)]
    });
    let problem = Problem {
        problem_type: format!("/problems/{slug}"),
        title: title.to_owned(),
        status: status.as_u16(),
        detail,
        instance: context.instance.to_owned(),
        request_id: context.request_id.to_owned(),
        errors,
    };
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    let language = if context.language == Language::Vietnamese {
        "vi"
    } else {
        "en"
    };
    HttpResponse::build(status)
        .content_type(MEDIA_TYPE)
        .insert_header(("content-language", language))
        .body(body)
}

impl IntoResponses for Error {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let response = |description: &str| {
            let content = Content::new(Some(RefOr::Ref(Ref::from_schema_name("Problem"))));
            RefOr::T(
                ResponseBuilder::new()
                    .description(description)
                    .content(MEDIA_TYPE, content)
                    .build(),
            )
        };
        let client = response("The request cannot be answered; the problem document says why.");
        let server = response("The service is busy or has failed; nothing was stored.");
        BTreeMap::from([("4XX".to_owned(), client), ("5XX".to_owned(), server)])
    }
}

/// What is at an address that is none of the service's.
///
/// # Errors
/// Always `NoRoute`.
pub async fn nothing_here(_request: HttpRequest) -> Result<HttpResponse> {
    Err(Error::NoRoute)
}

/// Explain a kind of problem
///
/// The page behind the `type` of a problem document, in English and Vietnamese.
#[utoipa::path(
    tag = "service",
    params(("slug" = String, Path, description = "Last part of the problem's type", example = "invalid")),
    responses((status = 200, description = "The page", body = String, content_type = "text/html"), Error),
    security(())
)]
#[get("/problems/{slug}")]
pub async fn explain_problem(slug: web::Path<String>) -> Result<HttpResponse> {
    let kind = kind(&slug).ok_or_else(|| Error::NotFound {
        kind: "problem",
        key: slug.to_string(),
    })?;
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head { meta charset="utf-8"; title { (kind.title[0]) } }
            body {
                @for (language, (title, text)) in ["en", "vi"].iter().zip(kind.title.iter().zip(kind.explanation)) {
                    section lang=(language) { h1 { (title) } p { "HTTP " (kind.status.as_u16()) } p { (text) } }
                }
            }
        }
    };
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .body(page.into_string()))
}

//! What the service is measured against: actix-web that answers the same bytes from memory, and does nothing else.

use std::collections::HashMap;
use std::io::Read;

use actix_web::web::Bytes;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};

type Answers = HashMap<String, Bytes>;

async fn answer(request: HttpRequest, answers: web::Data<Answers>) -> HttpResponse {
    let asked = request.uri().path_and_query().map_or("", |it| it.as_str());
    match answers.get(asked) {
        Some(body) => HttpResponse::Ok()
            .content_type("application/json")
            .body(body.clone()),
        None => HttpResponse::NotFound().finish(),
    }
}

/// Serves what stands on standard input: pairs of a path and a body, each with its length before it. Says its port on
/// standard output and runs until it is killed.
pub fn serve(workers: usize) {
    let mut answers = Answers::new();
    let mut input = std::io::stdin().lock();
    while let Some(path) = part(&mut input) {
        let body = part(&mut input).unwrap_or_default();
        answers.insert(String::from_utf8(path).unwrap(), body.into());
    }
    let answers = web::Data::new(answers);
    let app = move || {
        App::new()
            .app_data(answers.clone())
            .default_service(web::get().to(answer))
    };
    let server = HttpServer::new(app)
        .tcp_nodelay(true)
        .workers(workers)
        .bind("127.0.0.1:0")
        .unwrap();
    println!("{}", server.addrs()[0]);
    actix_web::rt::System::new().block_on(server.run()).unwrap();
}

fn part(input: &mut impl Read) -> Option<Vec<u8>> {
    let mut length = [0; 8];
    input.read_exact(&mut length).ok()?;
    let mut part = vec![0; usize::try_from(u64::from_le_bytes(length)).ok()?];
    input.read_exact(&mut part).ok()?;
    Some(part)
}

//! A browser's place at the console: signs in, opens pages, sends forms.

use crate::demo::{Demo, PEOPLE};
use anyhow::{Context, Result, bail};
use std::{
    io::{Read, Write},
    net::TcpStream,
};

/// Somebody signed in, one connection a request.
pub struct Client {
    host: String,
    cookie: String,
}

impl Client {
    /// As the owner, who may open every page.
    pub fn sign_in(demo: &Demo) -> Result<Self> {
        let host = demo.address.trim_start_matches("http://").to_owned();
        let mut client = Self { host, cookie: String::new() };
        let (name, _, password) = PEOPLE[0];
        let form = format!("name={}&password={password}", name.replace(' ', "+"));
        let answer = client.form("/api/sign-in/password", &form)?;
        let head = head(&answer)?;
        let cookies: Vec<&str> = head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"))
            .filter_map(|(_, cookie)| cookie.split(';').next())
            .collect();
        if cookies.is_empty() {
            bail!("{name} could not sign in: {}", head.lines().next().unwrap_or_default());
        }
        client.cookie = cookies.join("; ");
        Ok(client)
    }

    /// A page as it is sent: anything but a page or a redirect to one within the desk is an error.
    pub fn get(&self, address: &str) -> Result<String> {
        let answer = self.send(&format!(
            "GET {address} HTTP/1.0\r\nhost: {}\r\ncookie: {}\r\naccept: text/html\r\n\r\n",
            self.host, self.cookie
        ))?;
        let status = answer.split(' ').nth(1).unwrap_or_default();
        let away = answer.lines().any(|line| line.to_ascii_lowercase().starts_with("location: /sign-in"));
        if !matches!(status, "200" | "302") || away {
            bail!("{address} answered {}", answer.lines().next().unwrap_or_default());
        }
        Ok(answer)
    }

    /// Sends a form, its fields already escaped; where the answer leads.
    pub fn post(&self, address: &str, form: &str) -> Result<String> {
        leads(address, &self.form(address, form)?)
    }

    fn form(&self, address: &str, form: &str) -> Result<String> {
        self.body(address, "application/x-www-form-urlencoded", form)
    }

    /// Sends a file in a form of its own; where the answer leads.
    pub fn upload(&self, address: &str, name: &str, text: &str) -> Result<String> {
        const EDGE: &str = "----the-edge-of-the-file";
        let body = format!(
            "--{EDGE}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             content-type: text/csv\r\n\r\n{text}\r\n--{EDGE}--\r\n"
        );
        leads(address, &self.body(address, &format!("multipart/form-data; boundary={EDGE}"), &body)?)
    }

    fn body(&self, address: &str, kind: &str, body: &str) -> Result<String> {
        self.send(&format!(
            "POST {address} HTTP/1.0\r\nhost: {host}\r\norigin: http://{host}\r\ncookie: {cookie}\r\naccept: text/html\r\n\
             content-type: {kind}\r\ncontent-length: {length}\r\n\r\n{body}",
            host = self.host,
            cookie = self.cookie,
            length = body.len()
        ))
    }

    fn send(&self, request: &str) -> Result<String> {
        let mut stream = TcpStream::connect(&self.host).context("the console does not answer")?;
        stream.write_all(request.as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        String::from_utf8(answer).context("the console’s answer is not text")
    }

    /// The addresses on a page that begin so and go on with a number.
    pub fn links(&self, page: &str, prefix: &str) -> Result<Vec<String>> {
        let mut links = self.ways(page, prefix)?;
        links.retain(|link| {
            link.strip_prefix(prefix).is_some_and(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()))
        });
        if links.is_empty() {
            bail!("{page} links to no number under {prefix}");
        }
        Ok(links)
    }

    /// The addresses on a page that begin so.
    pub fn ways(&self, page: &str, prefix: &str) -> Result<Vec<String>> {
        let body = self.get(page)?;
        let mut links: Vec<String> = body
            .split("href=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .filter(|link| link.starts_with(prefix))
            .map(|link| link.replace("&amp;", "&"))
            .collect();
        links.dedup();
        if links.is_empty() {
            bail!("{page} links to nothing under {prefix}");
        }
        Ok(links)
    }
}

fn head(answer: &str) -> Result<&str> {
    Ok(answer.split_once("\r\n\r\n").context("the console’s answer has no end of head")?.0)
}

/// Where a form's answer leads: without the draft that a refused one comes back with.
fn leads(address: &str, answer: &str) -> Result<String> {
    let to = head(answer)?
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("location"))
        .map(|(_, to)| to.to_owned())
        .with_context(|| format!("{address} answered {}", answer.lines().next().unwrap_or_default()))?;
    if to.contains("draft=") {
        bail!("{address} refused the form: {to}");
    }
    Ok(to)
}

//! The views of the account desk.

use super::{FindPage, Hit, api};
use crate::{
    frame::Frame,
    path,
    reports::page::case_body,
    ui::{self, desk},
};
use leptos::prelude::*;
use leptos_router::{
    components::Redirect,
    hooks::{use_location, use_params_map},
};

/// An account: the same page as its case, whatever is open about it.
#[component]
pub fn Account() -> impl IntoView {
    let params = use_params_map();
    let location = use_location();
    let resource = Resource::new(
        move || {
            let params = params.read();
            let part = |name: &str| params.get(name).unwrap_or_default();
            (part("instance"), part("account"), location.search.get())
        },
        |(instance, account, search)| api::account(instance, account, search),
    );
    desk::page(desk::Desk::Accounts, resource, case_body, |_, page| page.account.handle.clone())
}

/// What the search field leads to.
#[component]
pub fn Find() -> impl IntoView {
    let params = use_params_map();
    let location = use_location();
    let resource = Resource::new(
        move || (params.read().get("instance").unwrap_or_default(), location.search.get()),
        |(instance, search)| api::find(instance, search),
    );
    desk::page(desk::Desk::Accounts, resource, body, |_, page| format!("“{}”", ui::excerpt(&page.asked, 40)))
}

fn body(frame: Frame, page: FindPage) -> AnyView {
    let Some(instance) = frame.instance.map(|head| head.name) else { return ().into_any() };
    if let Some(exact) = page.exact {
        return view! { <Redirect path=path::account(&instance, exact) /> }.into_any();
    }
    let row = |hit: &Hit| {
        view! {
            <tr data-row="">
                <td class="nowrap"><a href=path::account(&instance, hit.id)><b><bdi>{hit.handle.clone()}</bdi></b></a></td>
                <td class="full fill"><div class="cut"><bdi>{hit.display_name.clone()}</bdi></div></td>
                <td class="soft">{hit.state.join(", ")}</td>
            </tr>
        }
    };
    view! {
        <div class="head"><h1>"“" <bdi>{ui::excerpt(&page.asked, 60)}</bdi> "”"</h1></div>
        {if page.hits.is_empty() {
            view! { <div class="card pad empty"><p>"No account has this handle or id. A handle is written @name or @name@server; a part of the name finds those that begin with it."</p></div> }.into_any()
        } else {
            view! { <div class="card"><table class="list">
                <thead><tr><th>"Account"</th><th>"Name"</th><th>"State"</th></tr></thead>
                <tbody>{page.hits.iter().map(row).collect_view()}</tbody>
            </table></div> }.into_any()
        }}
    }
    .into_any()
}

//! The views of the roles desk.

use super::{
    ADMINISTRATOR, ChangePage, Group, InstanceRole, Member, Power, Preview, RolePage, RoleRow, RolesPage, api, powers,
    service,
};
use crate::{
    access::Permission,
    frame::Frame,
    id::InstanceName,
    nouns::permissions::Capability,
    path,
    ui::{self, desk, form, keys, list},
};
use leptos::prelude::*;

#[component]
pub fn Roles() -> impl IntoView {
    desk::page(
        desk::Desk::Roles,
        async |asked| service::roles(&asked.context, asked.instance(), &asked.search).await,
        list_body,
        |_, _| "Roles".to_owned(),
    )
}

#[component]
pub fn Role() -> impl IntoView {
    desk::page(
        desk::Desk::Roles,
        async |asked| service::role(&asked.context, asked.instance(), asked.part("role"), &asked.search).await,
        role_body,
        |_, page| format!("Role {}", page.row.role.called()),
    )
}

/// Giving a role, or taking it away: who gets what, before it is done.
#[component]
pub fn Change() -> impl IntoView {
    desk::page(
        desk::Desk::Roles,
        async |asked| service::change(&asked.context, asked.instance(), &asked.search).await,
        change_body,
        |_, page| match &page.preview {
            Some(preview) => format!("Role of {}", preview.handle),
            None => "Change role".to_owned(),
        },
    )
}

/// A role’s colour, where it has one.
fn swatch(role: &InstanceRole) -> AnyView {
    match role.swatch() {
        Some(color) => {
            let said = format!("color {color}");
            view! {
            <svg width="12" height="12" viewBox="0 0 12 12" role="img" aria-label=said><rect width="12" height="12" rx="3" fill=color></rect></svg>
        }
        .into_any()
        }
        None => ().into_any(),
    }
}

fn members(row: &RoleRow) -> String {
    match row.members {
        None => "everybody".to_owned(),
        Some(number) => ui::at_least(usize::try_from(number.clamp(0, 10_000)).unwrap_or(0), number > 10_000),
    }
}

/// What the database role may not do, and how it may.
fn grants(frame: &Frame, missing: &[String]) -> AnyView {
    if missing.is_empty() || !frame.may(Permission::TakeRolesAway) {
        return ().into_any();
    }
    view! {
        <div class="note lead" role="alert">
            <p>"Roles can be viewed but not changed: the console’s database role lacks permissions, or its \
            address is wrong. In the instance’s PostgreSQL, or in howdah.toml:"</p>
            <pre class="said">{missing.join("\n")}</pre>
        </div>
    }
    .into_any()
}

fn dangers(mask: i64) -> Vec<String> {
    powers(mask).into_iter().filter(|power| power.danger).map(|power| power.name).collect()
}

fn in_short(row: &RoleRow) -> AnyView {
    if row.role.mask & ADMINISTRATOR != 0 {
        return view! { <span class="badge danger">"Administrator"</span> " everything" }.into_any();
    }
    let dangers = dangers(row.effective);
    let all = powers(row.effective).len();
    let marked = dangers.iter().map(|name| view! { <span class="badge warn">{name.clone()}</span> " " }).collect_view();
    view! { {marked} <span class="soft">{ui::count(all, "permission", "permissions")}</span> }.into_any()
}

fn list_body(frame: Frame, page: RolesPage) -> AnyView {
    let Some(instance) = frame.instance.clone().map(|head| head.name) else { return ().into_any() };
    let row = |row: &RoleRow| {
        let factor = (row.role.require_2fa == Some(true))
            .then(|| view! { <span class="badge">"requires two-factor authentication"</span> " " });
        let badge = row.role.highlighted.then(|| view! { <span class="badge accent">"badge on profiles"</span> });
        view! {
            <tr data-row=keys::row()>
                <td class="nowrap">{swatch(&row.role)} " " <a href=path::role(&instance, row.role.id)><b><bdi>{row.role.called()}</bdi></b></a></td>
                <td class="num" data-label="priority">{row.role.position}</td>
                <td class="full">{in_short(row)}</td>
                <td class="nowrap wide">{factor}{badge}</td>
                <td class="num" data-label="members">{members(row)}</td>
            </tr>
        }
    };
    let give = frame.may(Permission::TakeRolesAway).then(|| {
        view! { <a class="btn main" href=path::change_role(&instance)>"Change a role"</a> }
    });
    view! {
        <div class="head">
            <h1>"Roles"</h1>
            <span class="soft">"of the instance, highest first"</span>
            <span class="end">{give}</span>
        </div>
        {grants(&frame, &page.missing)}
        {list::untold(&page.untold)}
        {if page.roles.is_empty() {
            view! { <div class="card pad empty"><p>"This instance has no roles. Roles are created in Mastodon and \
            listed here with their permissions and members."</p></div> }.into_any()
        } else {
            view! { <div class="card"><table class="list">
                <thead><tr><th>"Role"</th><th class="num">"Priority"</th><th>"Permissions, including the default \
                ones"</th><th class="wide"><span class="heard">"Labels"</span></th><th class="num">"Members"</th></tr></thead>
                <tbody>{page.roles.iter().map(row).collect_view()}</tbody>
            </table></div> }.into_any()
        }}
        <p class="soft small pad">"A higher priority outranks a lower one: nobody can change the role of somebody \
        at their own priority or above. Roles are created and edited in Mastodon."</p>
    }
    .into_any()
}

/// Permissions by what they are about, each in plain words.
fn allowed(own: &[Power], inherited: &[Power]) -> AnyView {
    let line = |power: &Power, of_everyone: bool| {
        let danger = power.danger.then(|| view! { <span class="badge danger">"dangerous"</span> " " });
        let whose = of_everyone.then(|| view! { <span class="badge">"default permission"</span> " " });
        view! { <dt>{power.name.clone()}</dt><dd>{danger}{whose}{power.does.clone()}</dd> }
    };
    let groups = Group::ALL
        .into_iter()
        .filter_map(|group| {
            let of = |powers: &[Power], of_everyone: bool| {
                powers
                    .iter()
                    .filter(|power| power.group == group)
                    .map(|power| line(power, of_everyone).into_any())
                    .collect::<Vec<_>>()
            };
            let lines: Vec<AnyView> = of(own, false).into_iter().chain(of(inherited, true)).collect();
            (!lines.is_empty())
                .then(|| view! { <p class="soft small">{group.name()}</p><dl class="facts">{lines}</dl> })
        })
        .collect_view();
    view! { {groups} }.into_any()
}

fn role_body(frame: Frame, page: RolePage) -> AnyView {
    let Some(instance) = frame.instance.clone().map(|head| head.name) else { return ().into_any() };
    let role = &page.row.role;
    let everything = (role.mask & ADMINISTRATOR != 0).then(|| {
        view! { <p class="note">"Administrator: members have every permission, listed here or not."</p> }
    });
    let nothing = page.own.is_empty() && page.inherited.is_empty();
    let factor = match role.require_2fa {
        None if role.untold => "not known",
        None => "not available in this Mastodon release",
        Some(true) => "required: members without it can’t use the API",
        Some(false) => "not required",
    };
    view! {
        <div class="head">
            {list::crumb(path::roles(&instance), "Roles")}
            {swatch(role)}
            <h1 class="cut"><bdi>{role.called()}</bdi></h1>
            <span class="badge">"priority " {role.position}</span>
            {role.highlighted.then(|| view! { <span class="badge accent">"badge on profiles"</span> })}
        </div>
        {grants(&frame, &page.missing)}
        {list::untold(&page.untold)}
        <div class="two">
            <div class="stack">
                {people(&instance, &page, &frame)}
            </div>
            <aside class="stack">
                <section class="card">
                    <header><h2>"Permissions"</h2></header>
                    <div class="body stack">
                        {everything}
                        {nothing.then(|| view! { <p class="soft">"None: neither this role nor the default \
                        permissions allow anything."</p> })}
                        {allowed(&page.own, &page.inherited)}
                    </div>
                </section>
                <section class="card">
                    <header><h2>"The role"</h2></header>
                    <div class="body"><dl class="facts">
                        <dt>"Members"</dt><dd>{members(&page.row)}</dd>
                        <dt>"Two-factor authentication"</dt><dd>{factor}</dd>
                    </dl></div>
                </section>
            </aside>
        </div>
    }
    .into_any()
}

/// Where a change is looked at before it is done.
fn change_link(instance: &InstanceName, handle: &str, role: &str) -> String {
    path::with(&path::with(&path::change_role(instance), "who", handle), "role", role)
}

fn people(instance: &InstanceName, page: &RolePage, frame: &Frame) -> AnyView {
    if page.row.members.is_none() {
        return view! {
            <section class="card">
                <header><h2>"Members"</h2></header>
                <div class="body"><p class="soft">"Everyone with an account here, whatever other role they have. \
                It can’t be given or removed."</p></div>
            </section>
        }
        .into_any();
    }
    let row = |member: &Member| {
        let take = frame.may(Permission::TakeRolesAway).then(|| {
            view! { <a class="btn quiet small" href=change_link(instance, &member.handle, "none")>"Remove…"</a> }
        });
        let factor = if member.second_factor { "" } else { "no two-factor authentication" };
        let state: Vec<String> =
            member.state.iter().cloned().chain((!factor.is_empty()).then(|| factor.to_owned())).collect();
        view! {
            <tr data-row=keys::row()>
                <td class="nowrap"><a href=path::account(instance, member.account)><b class="cut handle"><bdi>{member.handle.clone()}</bdi></b></a></td>
                <td class="full fill"><div class="cut"><bdi>{member.display_name.clone()}</bdi></div></td>
                <td class="soft wide">{state.join(", ")}</td>
                <td class="nowrap">{take}</td>
            </tr>
        }
    };
    let give = frame.may(Permission::ManageRoles).then(|| {
        view! {
            <form method="get" action=path::change_role(instance) class="body chips">
                <input type="hidden" name="role" value=page.row.role.id.to_string() />
                <label class="field" for="who">"Give this role to"</label>
                <input class="input" id="who" name="who" required="" maxlength="100" placeholder="@name" autocomplete="off" />
                <button class="btn">"Preview"</button>
            </form>
        }
    });
    view! {
        <section class="card">
            <header><h2>"Members"</h2><span class="soft small end">{members(&page.row)}</span></header>
            {give}
            {if page.members.is_empty() {
                view! { <p class="pad soft">"No members yet."</p> }.into_any()
            } else {
                view! { <table class="list">
                    <thead><tr><th>"Account"</th><th>"Name"</th><th class="wide">"Status"</th><th><span class="heard">"Change"</span></th></tr></thead>
                    <tbody>{page.members.iter().map(row).collect_view()}</tbody>
                </table> }.into_any()
            }}
        </section>
        <div class="head foot"><span class="end">{list::further(page.older.as_deref(), "Next page →")}</span></div>
    }
    .into_any()
}

/// What is wrong with a field: what the form that came back says, else what the page found.
fn beside(page: &ChangePage, frame: &Frame, field: &str) -> AnyView {
    let draft = frame.draft_for(ASSIGN).filter(|draft| draft.problem.field.as_deref() == Some(field));
    if draft.is_some() {
        return form::beside(draft, field);
    }
    let refused = page.preview.as_ref().and_then(|preview| preview.refused.as_ref());
    match page.wrong.as_ref().or(refused).filter(|(own, _)| own == field) {
        Some((_, why)) => view! { <span class="bad" role="alert">{why.clone()}</span> }.into_any(),
        None => ().into_any(),
    }
}

/// The form that a change is sent to.
const ASSIGN: &str = form::action::<api::Assign>();

fn change_body(frame: Frame, page: ChangePage) -> AnyView {
    let Some(instance) = frame.instance.clone().map(|head| head.name) else { return ().into_any() };
    let option = |role: &InstanceRole| {
        let id = role.id.to_string();
        let selected = id == page.role;
        view! { <option value=id selected=selected>{role.called()} ", priority " {role.position}</option> }
    };
    view! {
        <div class="head">
            {list::crumb(path::roles(&instance), "Roles")}
            <h1>"Change a role"</h1>
        </div>
        {grants(&frame, &page.missing)}
        {list::untold(&page.untold)}
        <div class="stack">
            <section class="card">
                <header><h2>"Account and role"</h2></header>
                <form method="get" action=path::change_role(&instance) class="body stack">
                    <label class="field" for="who">"Account" <span class="soft small">" complete handle"</span></label>
                    <input class="input" id="who" name="who" required="" maxlength="100" placeholder="@name" autocomplete="off" value=page.who.clone() />
                    {beside(&page, &frame, "who")}
                    {page.now.clone().map(|now| view! { <p class="soft small">{now}</p> })}
                    <label class="field" for="role">"Role"</label>
                    <select class="input" id="role" name="role" required="">
                        <option value="" selected=page.role.is_empty()>"Choose…"</option>
                        {page.roles.iter().map(option).collect_view()}
                        <option value="none" selected=page.role == "none">"No role: remove the current one"</option>
                    </select>
                    {beside(&page, &frame, "role")}
                    <div><button class="btn">"Preview"</button></div>
                </form>
            </section>
            {page.preview.as_ref().map(|preview| previewed(&instance, preview, &page, &frame))}
        </div>
    }
    .into_any()
}

fn lines(title: &'static str, powers: &[Power]) -> AnyView {
    let listed =
        if powers.is_empty() { view! { <p class="soft">"None."</p> }.into_any() } else { allowed(powers, &[]) };
    view! { <section class="card"><header><h2>{title}</h2></header><div class="body stack">{listed}</div></section> }
        .into_any()
}

fn previewed(instance: &InstanceName, preview: &Preview, page: &ChangePage, frame: &Frame) -> AnyView {
    let named = |role: &Option<InstanceRole>| match role {
        Some(role) => format!("{} (priority {})", role.called(), role.position),
        None => "no role".to_owned(),
    };
    let locked = preview.locked.then(|| {
        view! {
            <p class="note danger" role="alert">{preview.handle.clone()} " has no two-factor authentication, and \
            this role requires it: from the next request on the API is closed to them, and Mastodon asks them to \
            set it up. Admin calls still work."</p>
            {preview.works_here.clone().map(|says| view! { <p class="note danger" role="alert">{says}</p> })}
        }
    });
    let state =
        (!preview.state.is_empty()).then(|| view! { <span class="badge warn">{preview.state.join(", ")}</span> });
    view! {
        <div class="two" id="preview">
            <section class="card">
                <header><h2>"What changes"</h2></header>
                <div class="body stack">
                    <dl class="facts">
                        <dt>"Account"</dt>
                        <dd><a href=path::account(instance, preview.account)><b><bdi>{preview.handle.clone()}</bdi></b></a> " " <bdi>{preview.display_name.clone()}</bdi> " " {state}</dd>
                        <dt>"Before"</dt><dd><bdi>{named(&preview.before)}</bdi></dd>
                        <dt>"After"</dt><dd><bdi>{named(&preview.after)}</bdi></dd>
                    </dl>
                    {locked}
                    <ul>{preview.notes.iter().map(|note| view! { <li>{note.clone()}</li> }).collect_view()}</ul>
                    {confirm(instance, preview, page, frame)}
                </div>
            </section>
            <aside class="stack">
                {lines("Gains", &preview.difference.gained)}
                {lines("Loses", &preview.difference.lost)}
            </aside>
        </div>
    }
    .into_any()
}

fn confirm(instance: &InstanceName, preview: &Preview, page: &ChangePage, frame: &Frame) -> AnyView {
    let takes = preview.after.is_none();
    let may = frame.may(if takes { Permission::TakeRolesAway } else { Permission::ManageRoles });
    if !may {
        let who = if takes {
            "Owners and admins of this console can remove roles."
        } else {
            "Only owners of this console can give roles."
        };
        return view! { <p class="soft">{who}</p> }.into_any();
    }
    let draft = frame.draft_for(ASSIGN);
    let stopped = preview.refused.is_some() || !page.missing.is_empty();
    let (gained, lost) = (preview.difference.gained.len(), preview.difference.lost.len());
    let permissions = |number: usize| ui::count(number, "permission", "permissions");
    let words = match (&preview.before, &preview.after) {
        (Some(before), None) => {
            format!("Remove the role {} from {}: {} less", before.called(), preview.handle, permissions(lost))
        }
        (_, Some(after)) => {
            format!("Give {} the role {}: {} more, {lost} less", preview.handle, after.called(), permissions(gained))
        }
        (None, None) => format!("Remove the role of {}", preview.handle),
    };
    let danger = takes || preview.locked || preview.difference.gained.iter().any(|power| power.danger);
    view! {
        <form method="post" action=ASSIGN class="stack">
            {form::above(draft)}
            {form::back(&frame.here)}
            <input type="hidden" name="instance" value=instance.to_string() />
            <input type="hidden" name="account" value=preview.account.to_string() />
            <input type="hidden" name="role" value=page.role.clone() />
            <input type="hidden" name="seen" value=preview.seen.clone() />
            {form::acting(frame, &[Capability::Roles])}
            {form::why(draft, "why", "saved in the audit log, seen by the team", true)}
            <div><button class=if danger { "btn danger long" } else { "btn main long" } disabled=stopped || frame.lacks(&[Capability::Roles])>{words}</button></div>
            {stopped.then(|| view! { <p class="soft small">"This can’t be done for the reason given above."</p> })}
        </form>
    }
    .into_any()
}

/// Somebody's role, on the page of their account.
pub fn of_account(instance: &InstanceName, handle: &str, staff: Option<&str>, may_change: bool) -> AnyView {
    let href = path::with(&path::change_role(instance), "who", handle);
    view! {
        <section class="card">
            <header><h2>"Role"</h2></header>
            <div class="body chips">
                <span>{staff.map_or_else(|| "no staff role".to_owned(), str::to_owned)}</span>
                <a class="btn" href=href>{if may_change { "Change role…" } else { "View role" }}</a>
            </div>
        </section>
    }
    .into_any()
}

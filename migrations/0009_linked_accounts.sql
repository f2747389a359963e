-- People linked with their own accounts on the instances, and the application each instance knows the console by.
create table oauth_clients (
    instance text primary key,
    client_id text not null,
    sealed_secret text not null,
    redirect_uri text not null,
    scopes text not null
);

create table linked_accounts (
    operator text not null,
    instance text not null,
    account text not null,
    sealed text not null,
    linked_at bigint not null,
    primary key (operator, instance),
    unique (instance, account)
);

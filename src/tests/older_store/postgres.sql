--
-- PostgreSQL database dump
--


-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: ledger_checkpoint_in_order(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.ledger_checkpoint_in_order() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    if new.size <= (select coalesce(max(size), 0) from ledger_checkpoints) then
        raise exception 'a checkpoint must be over more than the last';
    end if;
    return new;
end $$;


--
-- Name: ledger_head_alone(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.ledger_head_alone() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin raise exception 'the ledger has one head'; end $$;


--
-- Name: ledger_head_grows(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.ledger_head_grows() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    if new.size < old.size then raise exception 'the ledger never shrinks'; end if;
    return new;
end $$;


--
-- Name: ledger_head_same(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.ledger_head_same() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    if new.id <> old.id or (new.size = old.size and (new.root <> old.root or new.frontier <> old.frontier)) then
        raise exception 'the head changes with a new leaf only';
    end if;
    return new;
end $$;


--
-- Name: ledger_in_order(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.ledger_in_order() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    if new.idx <> (select coalesce(max(idx) + 1, 0) from ledger_entries) then
        raise exception 'a leaf must stand at the end of the ledger';
    end if;
    return new;
end $$;


--
-- Name: ledger_refuse(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.ledger_refuse() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin raise exception 'the ledger is append-only'; end $$;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: _sqlx_migrations; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public._sqlx_migrations (
    version bigint NOT NULL,
    description text NOT NULL,
    installed_on timestamp with time zone DEFAULT now() NOT NULL,
    success boolean NOT NULL,
    checksum bytea NOT NULL,
    execution_time bigint NOT NULL
);


--
-- Name: access_requests; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.access_requests (
    id text NOT NULL,
    instance text NOT NULL,
    operator text NOT NULL,
    accounts bigint NOT NULL,
    sealed_told text,
    state text NOT NULL,
    created_at bigint NOT NULL,
    decided_at bigint,
    decided_by text,
    sealed_answer text,
    invite bigint
);


--
-- Name: account_notes; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.account_notes (
    id text NOT NULL,
    instance text NOT NULL,
    account text NOT NULL,
    operator text NOT NULL,
    sealed text,
    created_at bigint NOT NULL,
    withdrawn_at bigint,
    withdrawn_by text
);


--
-- Name: attempts; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.attempts (
    key_hash text NOT NULL,
    failures bigint NOT NULL,
    first_at bigint NOT NULL,
    last_at bigint NOT NULL
);


--
-- Name: batch_items; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.batch_items (
    batch text NOT NULL,
    "position" bigint NOT NULL,
    sealed_deed text NOT NULL,
    state text NOT NULL,
    intent bigint,
    sealed_said text
);


--
-- Name: batches; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.batches (
    id text NOT NULL,
    instance text NOT NULL,
    operator text NOT NULL,
    kind text NOT NULL,
    sealed_why text NOT NULL,
    paused boolean NOT NULL,
    created_at bigint NOT NULL,
    ended_at bigint,
    lease text NOT NULL,
    lease_until bigint NOT NULL
);


--
-- Name: case_holds; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.case_holds (
    instance text NOT NULL,
    account text NOT NULL,
    operator text NOT NULL,
    since bigint NOT NULL,
    seen_at bigint DEFAULT 0 NOT NULL,
    sealed_note text
);


--
-- Name: domain_import_rows; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.domain_import_rows (
    import text NOT NULL,
    line bigint NOT NULL,
    domain text NOT NULL,
    difference text NOT NULL,
    seen text NOT NULL,
    wanted text NOT NULL,
    said text NOT NULL,
    state text NOT NULL,
    entry bigint
);


--
-- Name: domain_imports; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.domain_imports (
    id text NOT NULL,
    instance text NOT NULL,
    operator text NOT NULL,
    file text NOT NULL,
    rows bigint NOT NULL,
    suspends bigint NOT NULL,
    suspends_accounts bigint NOT NULL,
    created_at bigint NOT NULL,
    state text NOT NULL,
    why text NOT NULL,
    note text NOT NULL,
    lease text,
    lease_until bigint NOT NULL
);


--
-- Name: drafts; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.drafts (
    id text NOT NULL,
    operator text,
    path text NOT NULL,
    sealed text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL
);


--
-- Name: grant_roles; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.grant_roles (
    grant_id text NOT NULL,
    instance text NOT NULL,
    account text NOT NULL,
    user_id text NOT NULL,
    sealed_acct text NOT NULL,
    role text NOT NULL,
    role_name text NOT NULL,
    former text,
    former_name text,
    state text NOT NULL,
    given_entry bigint,
    taken_entry bigint,
    sealed_said text,
    tried_at bigint NOT NULL,
    tries bigint DEFAULT 0 NOT NULL
);


--
-- Name: grants; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.grants (
    id text NOT NULL,
    operator text NOT NULL,
    instances text NOT NULL,
    categories text NOT NULL,
    sign_ups boolean NOT NULL,
    reveal boolean NOT NULL,
    starts_at bigint NOT NULL,
    ends_at bigint NOT NULL,
    sponsor text NOT NULL,
    sealed_agreement text,
    asked_by text NOT NULL,
    asked_at bigint NOT NULL,
    decided_by text,
    decided_at bigint,
    approved boolean,
    revoked_by text,
    revoked_at bigint,
    started_at bigint,
    ended_at bigint,
    lease text NOT NULL,
    lease_until bigint NOT NULL,
    CONSTRAINT grants_check CHECK ((starts_at < ends_at)),
    CONSTRAINT grants_check1 CHECK ((((decided_by IS NULL) = (decided_at IS NULL)) AND ((decided_by IS NULL) = (approved IS NULL)))),
    CONSTRAINT grants_check2 CHECK (((revoked_by IS NULL) = (revoked_at IS NULL))),
    CONSTRAINT grants_check3 CHECK (((decided_by = ANY (ARRAY['command line'::text, 'migration'::text])) OR ((decided_by <> asked_by) AND (decided_by <> operator))))
);


--
-- Name: ledger_checkpoints; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.ledger_checkpoints (
    size bigint NOT NULL,
    note text NOT NULL,
    at bigint NOT NULL
);


--
-- Name: ledger_entries; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.ledger_entries (
    idx bigint NOT NULL,
    leaf text NOT NULL,
    hash text NOT NULL,
    at bigint NOT NULL,
    kind text NOT NULL,
    deed text NOT NULL,
    operator text,
    instance text,
    subject text,
    intent bigint,
    outcome text
);


--
-- Name: ledger_head; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.ledger_head (
    id bigint NOT NULL,
    size bigint NOT NULL,
    root text NOT NULL,
    frontier text NOT NULL,
    CONSTRAINT ledger_head_id_check CHECK ((id = 1))
);


--
-- Name: ledger_keys; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.ledger_keys (
    id text NOT NULL,
    wrapped text
);


--
-- Name: left_tokens; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.left_tokens (
    id text NOT NULL,
    operator text NOT NULL,
    instance text NOT NULL,
    account text NOT NULL,
    sealed text NOT NULL,
    since bigint NOT NULL,
    tries bigint NOT NULL,
    next_at bigint NOT NULL
);


--
-- Name: linked_accounts; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.linked_accounts (
    operator text NOT NULL,
    instance text NOT NULL,
    account text NOT NULL,
    sealed text NOT NULL,
    linked_at bigint NOT NULL
);


--
-- Name: oauth_clients; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.oauth_clients (
    instance text NOT NULL,
    client_id text NOT NULL,
    sealed_secret text NOT NULL,
    redirect_uri text NOT NULL,
    scopes text NOT NULL
);


--
-- Name: open_deeds; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.open_deeds (
    subject text NOT NULL,
    intent bigint NOT NULL,
    lease text NOT NULL,
    lease_until bigint NOT NULL,
    opened_at bigint NOT NULL
);


--
-- Name: operators; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.operators (
    id text NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL,
    role text NOT NULL,
    password_hash text,
    totp_secret text,
    totp_last_step bigint DEFAULT 0 NOT NULL,
    disabled_at bigint,
    created_at bigint NOT NULL
);


--
-- Name: recovery_codes; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.recovery_codes (
    operator text NOT NULL,
    hash text NOT NULL,
    used_at bigint
);


--
-- Name: refusals; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.refusals (
    instance text NOT NULL,
    intent bigint NOT NULL,
    mail text NOT NULL,
    address text,
    words text,
    at bigint NOT NULL,
    until bigint NOT NULL
);


--
-- Name: setup_links; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.setup_links (
    hash text NOT NULL,
    role text NOT NULL,
    name text,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    offered_by text
);


--
-- Name: snapshot_turns; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.snapshot_turns (
    instance text NOT NULL,
    due_at bigint NOT NULL
);


--
-- Name: snapshots; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.snapshots (
    instance text NOT NULL,
    part text NOT NULL,
    taken_at bigint NOT NULL,
    number bigint NOT NULL,
    hash text NOT NULL,
    sealed text
);


--
-- Name: web_sessions; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.web_sessions (
    id_hash text NOT NULL,
    operator text,
    data text NOT NULL,
    created_at bigint NOT NULL,
    seen_at bigint NOT NULL,
    absolute_until bigint NOT NULL
);


--
-- Data for Name: _sqlx_migrations; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public._sqlx_migrations VALUES (1, 'people', '2026-11-26 14:11:26.340937+00', true, '\x6c137b60bd07714075c4191c341084d5e37145c44bee3065fae9bbbf9feccbb33e0c73a7053be6e439a53a9b0dd05fff', 7898075);
INSERT INTO public._sqlx_migrations VALUES (2, 'work', '2026-11-26 14:11:26.349246+00', true, '\x3087e4af9cd8fdf2d5097504a060b727b538dff8531d9259bc1840bb1cf031d7bf35586151ff55789f7dd97bc7ac09ac', 1617314);
INSERT INTO public._sqlx_migrations VALUES (3, 'ledger', '2026-11-26 14:11:26.350993+00', true, '\x0bcd173efeb5ec96d589a99402214cf7c47e3d681b6333db8d765ae26c81a5fa5b606fdcc6237e3b5b29d8f01f193fa4', 3680963);
INSERT INTO public._sqlx_migrations VALUES (4, 'batches', '2026-11-26 14:11:26.354958+00', true, '\x1cccabc94033fd05c1ea703ea9ebd4ae70f31ff41be545ffe48fdaf7cbb25d1415d52481f6fbb800dc7b0fdeef5fdae7', 2441383);
INSERT INTO public._sqlx_migrations VALUES (5, 'domain imports', '2026-11-26 14:11:26.357547+00', true, '\x83243dbdcea12ab01caff1fcc9ea7dc8eb72470ca7d26c5900271cd5acec76f7ee43efbea51a6b77bc4a85e45f78a2b5', 2117009);
INSERT INTO public._sqlx_migrations VALUES (6, 'case leases', '2026-11-26 14:11:26.359987+00', true, '\x62bcc14c9b4f3583b61e21ce902e248898a49d24061f75715e0986a49813c1420c8dcd47773c927f596187ec6f273509', 562079);
INSERT INTO public._sqlx_migrations VALUES (7, 'offers', '2026-11-26 14:11:26.360672+00', true, '\xe7a7428e870a5c912cdd49a5bee51139ebc2fa4cff7c61026f26ab4e7a5b1d4f10389dfceaa87491c8470623a27ade02', 257694);
INSERT INTO public._sqlx_migrations VALUES (8, 'grants', '2026-11-26 14:11:26.360998+00', true, '\x866acaf74d304f32ef0290011fabd097dba452658e1beb90a0a55558b713a49706cf25e8e1516ef84a9904564c79b53b', 2818205);
INSERT INTO public._sqlx_migrations VALUES (9, 'linked accounts', '2026-11-26 14:11:26.364025+00', true, '\xdda16dd88fcbd32908e1d225b3024b2385960b7c0e3f65aa3e82f82c78b0a8238e9946ce4f837dbcca1559f2a8e9fbbd', 1447941);
INSERT INTO public._sqlx_migrations VALUES (10, 'access requests', '2026-11-26 14:11:26.365565+00', true, '\x100df2a7d03469e024ffc968e172994056bcd75b212175b14babfa9f5524ddae15825173c1a645ef640012cef85b24a4', 1037308);
INSERT INTO public._sqlx_migrations VALUES (11, 'snapshots', '2026-11-26 14:11:26.36674+00', true, '\xf8b6097ee6391e4ccf1ecae849e09560304d213f2eaac3595107df35b2fc07abbacff369e149bd7e03bcb2e6c3f3c8ef', 1324266);
INSERT INTO public._sqlx_migrations VALUES (12, 'account notes', '2026-11-26 14:11:26.368206+00', true, '\x1157a06e365534039bec155be45ec495b99de064b18bb78afe7bcbd45c0d855a948d108b195fa365a1093161f9abb22c', 897760);
INSERT INTO public._sqlx_migrations VALUES (13, 'ledger by deed', '2026-11-26 14:11:26.369241+00', true, '\xc1aa07cd63ff9abda269ce51d01c5cb2d0298ae90bb7860c48de30ae279b5fd81e084bf452dcf92840597646bb0ef4bd', 396983);
INSERT INTO public._sqlx_migrations VALUES (14, 'left over', '2026-11-26 14:11:26.369715+00', true, '\xe95347b015019bcef4b07deecba30f93098bf82c5b8d4115a07adc192cff82776e9a33d5e12c33cf7998e6bcc00052ce', 970959);
INSERT INTO public._sqlx_migrations VALUES (101, 'append only', '2026-11-26 14:11:26.376191+00', true, '\x0d729f1897bccd65e0ac3fdac213cbcec820ca67a24e1a1b52cc924594ba71deb717e4c7827dd274a4350937d090c598', 2249677);
INSERT INTO public._sqlx_migrations VALUES (102, 'no way round', '2026-11-26 14:11:26.378853+00', true, '\x799b4d52c762bb744d0819ef477cb4b7772e7376867044ff4cfd3d000db0174ff879d6d7a025c04ba8745e323b591af9', 488859);


--
-- Data for Name: access_requests; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: account_notes; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: attempts; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.attempts VALUES ('4dc013b9ef31279637ae204e146dbdd1f8547e9f46e4b639173a60e1df5d9375', 1, 1795702289068, 1795702289068);
INSERT INTO public.attempts VALUES ('5f4737cd7f8a4895a254552d13dccd8055fad64f9fc8423bcf1219f0ec2a2097', 2, 1795702289068, 1795702289089);
INSERT INTO public.attempts VALUES ('ad7e84a1b4d2ffcb44dae2a4aaacac520148bdcc59c5a21ef5bd0197c2c97332', 1, 1795702289089, 1795702289089);


--
-- Data for Name: batch_items; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: batches; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: case_holds; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: domain_import_rows; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: domain_imports; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: drafts; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.drafts VALUES ('4ef8b57b84e3573c943644c391c33c3d1180b6c98a2d1c1c024eb615cfa2a3c9', '01owner', 'link', '3miKSznFlRWz6rOF0uPt6Z1AC/ym1AoQHpQyu4FuQDUMqm3o8NcnbSZ7DtAz79BN3xFWDuhrdS80XD9RGT287yA6lXPuXxjQXScGAW+OagrhDJBTlRx6VVhapWUcmQQebq3VBn6ukNTSbQ', 1795702288852, 1795705888852);
INSERT INTO public.drafts VALUES ('1254048ff8b0e7c11692bd70cd63101f3adc8211d424338fc9f9f7a27822736c', NULL, '/api/sign-in/password', 'cc22MmZ/iE+Q3yNHvyYznF29MsEDA5GfM2Fz36NYlX+oW+YUruBBoX3Ijo+ipubeDIy4ho0pGtufgKrFQKM0XXOBWicVOXLa8U4O2S0DY25bFgyyAhJ22QzEW28tyUDzIGN2nPrM/Ub4I/Oto+4PmfM4E+gI1mPRF7PeGTyOealq6JAgsZQ4nFBWiVJLGl/in3H2q2sRcvY+KQ9Q20h9NME45OFS80AfGH+XidTL/aAwLq0InmPX8DDbW7Qht2Hj1xyaIqlY46KE5xQd3zurww', 1795702289087, 1795705889087);
INSERT INTO public.drafts VALUES ('c5116d79825af9ef941fc6db57448412498cad0233685ef7baa471ec724b6c61', NULL, '/api/sign-in/password', 'V5HnfTnWKRuYzkQkmPWBV2z+CaprTXfp+XExwDrOwhdr90RqBMGZdj+pkPhrBu+IIU5X7D3rMA3/+hC+zfTQZaB63JOT/bg2nfOnohxZvZqkwggops0QAZEqGk8B1aanT+J3QD6jZsr5WukDVqLGtTa3BNT1oC1DsVz6RbJBGbUvqqnxUcfB7tg7YMKKm0ofk/NNbY6GTS49LiRwiuYYR0vINlH79pF6nQCvVx0lQzG9RhOebRiG5epcv+4s3Ia4j5azjm6yggcCuxoZhK8/9eY', 1795702289110, 1795705889110);


--
-- Data for Name: grant_roles; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: grants; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.grants VALUES ('01M8C34W2P5CAJVNEZ16AKPDE2', '01contractor', '["harbour"]', '["other","spam","legal","violation"]', false, false, 1795702288470, 4949302288470, 'command line', 'B10lFsJz3KjUe0fUPvyuo44YMRAwjiNIIPp2PhaWaHavCRGzj3lb/MCDIQ', 'command line', 1795702288470, 'command line', 1795702288486, true, NULL, NULL, 1795702288496, NULL, '01M8C34W3GQ1DHYT1TQXVEM1DC', 0);
INSERT INTO public.grants VALUES ('01M8C34WEYG66CQB26ZFTPKZM6', '01karl', '["harbour"]', '["spam"]', true, true, 1795702288861, 1798294288861, 'command line', '6s/uezXT6WgAJ5xeuWfTjOrS+W1amtqucHAidszKaGTpfsvxtlZFAb15sQ', 'command line', 1795702288861, 'command line', 1795702288866, true, '01owner', 1795702288890, 1795702288869, 1795702288900, '01M8C34WG4G8X80Y5GT0CW2R2Y', 0);
INSERT INTO public.grants VALUES ('01M8C34WGD2N7P9B76M95795R4', '01karl', '["harbour"]', '["legal"]', false, true, 1795702288908, 4949302288861, 'command line', 'd36+jU/jeT6b/q/rcJLel9vzgHVEy1MwzsuLr8HJJGHkXpyIeKb+FKs6TQ', 'command line', 1795702288908, 'command line', 1795702288922, true, NULL, NULL, 1795702288926, NULL, '01M8C34WGY7D7RBE2EBPXRR49Z', 0);


--
-- Data for Name: ledger_checkpoints; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.ledger_checkpoints VALUES (64, '127.0.0.1
64
Q2X1OehIRZoYp7Jrwws3s1vq3ITIcNm9KLZp/CcAyNk=

— 127.0.0.1 VMkmgZFbJSKMzN50DmpUrzmG8cMl1JlPuygT1JfxIe8VHTjlCGBhmaTlqitSwOY7hJ3z7ECiCoJ6Me/YCN6UAtb0DAU=
', 1795702289117);
INSERT INTO public.ledger_checkpoints VALUES (160, '127.0.0.1
160
qGVE2EoOfChUY8ZL7noZG463Jt4bml2ekwjCVYEVEeo=

— 127.0.0.1 VMkmgYoXW3VxaqpeFQ1Ph/hC3hrSbZrBgzP+wT1h7wxJW3iazZZr4fETZ0SxbvclL20yPLCD6gVAdjHvj8fcliTCVAw=
', 1795702289403);
INSERT INTO public.ledger_checkpoints VALUES (166, '127.0.0.1
166
4fhpKXsSScwWXzbGA21KvebdDML3CbyUk668/F+pA/A=

— 127.0.0.1 VMkmgQbd0keW/H7t2fz9lsl2A1a7OZAMI0mbKm5GOBhqHMwYQXcURnRKBnkbYO6Vqm2ReBnl6COnmfWELM875axslAo=
', 1795702289417);


--
-- Data for Name: ledger_entries; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.ledger_entries VALUES (0, '{"acting":"console","at":"1795702288358","deed":"add_operator","facts":{"role":"owner"},"index":0,"instance":null,"key":"57bbf5e4241ad9b270a66f6b55b967b3faa249612f20c807f5e96452945c2fb6:230","kind":"intent","mark":{"log":"0","strike":"0"},"operator":"command line","permission":"manage_operators","role":"owner","sealed":"W5xlOID8zF4CROsCUHxf/AlZMddYTdeCz0zzA0BMnAVVenvg1XCEronH39v+nvy1ZHrHMenoNWBDSmrjYp+JnIJp2L+wqJfsZYvL7FSbiAA+ftDk5P4t4tvNrWpA45SvO1W8wOfVtaHePQk8wX7SJ+vZFzjtJgEs4toTTgepG19KPGP5F49P/7n7","session":"command","subject":"57bbf5e4241ad9b270a66f6b55b967b3faa249612f20c807f5e96452945c2fb6","v":1}', '9fb46a05cae5a6dc6e84b89feb9f9b73226bd2db5a812c1d6346e533fa03b243', 1795702288358, 'intent', 'add_operator', 'command line', NULL, '57bbf5e4241ad9b270a66f6b55b967b3faa249612f20c807f5e96452945c2fb6', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (1, '{"at":"1795702288370","deed":"add_operator","facts":{},"index":1,"instance":null,"intent":0,"key":"57bbf5e4241ad9b270a66f6b55b967b3faa249612f20c807f5e96452945c2fb6:230","kind":"outcome","outcome":"succeeded","sealed":"mrrDodSkoozlaom5Qx0GIkdL62uiDoFEQAPD47uFScQwZzH7zYSqcUFuRJXmP+mt+SXq/1Jyk36ph//JxYBcFFllAF65NCdP6uEJrDLnnBjNW3QYgYNzEIB0QN/RNiDYeX0mZbjRk19cc0BsQyM6Wcm53nRMU2iJ/CKYdf5mUYk10lJcWTxQ0cnsGw","subject":"57bbf5e4241ad9b270a66f6b55b967b3faa249612f20c807f5e96452945c2fb6","v":1}', '8f8975fec1f2e1bb395aae3be3953eb70daf355610070fc4b6fbaabea6bbcfa8', 1795702288370, 'outcome', 'add_operator', NULL, NULL, '57bbf5e4241ad9b270a66f6b55b967b3faa249612f20c807f5e96452945c2fb6', 0, 'succeeded');
INSERT INTO public.ledger_entries VALUES (2, '{"acting":"console","at":"1795702288396","deed":"add_operator","facts":{"role":"admin"},"index":2,"instance":null,"key":"80897900bac48b6bc1eec3e0540eb10f0eb2402bec2c881c58501fc235eb1148:230","kind":"intent","mark":{"log":"0","strike":"0"},"operator":"command line","permission":"manage_operators","role":"owner","sealed":"7NxXWHCDjf4EVHDk6ViarA7/cVRUYZWY2C+dxZq4ALod6B1xAcgQSBOVZIwUV3IUVqtxsAiiK9FGNFWt99Fwqn2I3Tk3zLGuixXgjZJHLeqPjB1afJicsxCOW1pTEruk4ip2N6ztcAQ4mbS2Eb65R6ZUpX3GcUuXtYR1Mrg71aYMciE9pfb8lndh","session":"command","subject":"80897900bac48b6bc1eec3e0540eb10f0eb2402bec2c881c58501fc235eb1148","v":1}', 'bb8205a32269287298b60bb1164bf137cf7fce792bca56b97f6f220874bcca68', 1795702288396, 'intent', 'add_operator', 'command line', NULL, '80897900bac48b6bc1eec3e0540eb10f0eb2402bec2c881c58501fc235eb1148', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (3, '{"at":"1795702288401","deed":"add_operator","facts":{},"index":3,"instance":null,"intent":2,"key":"80897900bac48b6bc1eec3e0540eb10f0eb2402bec2c881c58501fc235eb1148:230","kind":"outcome","outcome":"succeeded","sealed":"lFAscbUj01iwVZ7vsagkufiIk98IGbjn+atGMGcYxgmoOMYrdZYLIGnVtHlbFAEXRidP9Uw+BEoGCeyO/Pb7WDJHNVhJ2nvy7ZD1J7rhOzMkYue0Dc0TLQ1ubddsi8xnk8MRMk8jD84tK/flWGf8nssmTRvrblvTbogCAxeOW5LDdMdKHvQQeu5T/A","subject":"80897900bac48b6bc1eec3e0540eb10f0eb2402bec2c881c58501fc235eb1148","v":1}', 'a5f2fe2d4d0271c876f5cd78b05f22744addf14e6040a8119be8a01e8f7d717e', 1795702288401, 'outcome', 'add_operator', NULL, NULL, '80897900bac48b6bc1eec3e0540eb10f0eb2402bec2c881c58501fc235eb1148', 2, 'succeeded');
INSERT INTO public.ledger_entries VALUES (4, '{"acting":"console","at":"1795702288419","deed":"add_operator","facts":{"role":"moderator"},"index":4,"instance":null,"key":"98b690fac34361a8061f6b2157546ea0d0752b2b645e297facbc648c2fe26299:230","kind":"intent","mark":{"log":"0","strike":"0"},"operator":"command line","permission":"manage_operators","role":"owner","sealed":"XjIeR14Z0cAHVI2OJkOMjV7z7FK7VPrkdnQXJyDmD454O1U/Sz2EUAGFuky0PkZQVPmJfRmF6jVkBtXzC75evIxBzcyUrKJB0TXv1wrQ8YXy/2j9m0ObrSKKVx+/CJ9NselDQKSIJBW+PBXtsH8uPHaOf14qlimIk4r0JVqQauAX63w2pXzaBtS1RNXn2OxNUVIDa3dw","session":"command","subject":"98b690fac34361a8061f6b2157546ea0d0752b2b645e297facbc648c2fe26299","v":1}', 'cde58a5bde4632747d4af5f926cab67bf8828567771a0fae5170e0b0afb9731f', 1795702288419, 'intent', 'add_operator', 'command line', NULL, '98b690fac34361a8061f6b2157546ea0d0752b2b645e297facbc648c2fe26299', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (5, '{"at":"1795702288424","deed":"add_operator","facts":{},"index":5,"instance":null,"intent":4,"key":"98b690fac34361a8061f6b2157546ea0d0752b2b645e297facbc648c2fe26299:230","kind":"outcome","outcome":"succeeded","sealed":"ksiui9XpRUvsnvCe0k4Yuh1okct/L/GfNEHn7QZtIf2ww4FhFH58LyyDyjkQ+ddyyJPdJesoYPrkTnsKXmcOlEYSxyAOiC1Vwy/QmdrAvKjPvATaZyucFhqJq6xj4FY23MeEYr57+ldlWRFl+3bCgrKi2dAkdRKLdf6Aiz9OIeP2SchE4MGE050h4w","subject":"98b690fac34361a8061f6b2157546ea0d0752b2b645e297facbc648c2fe26299","v":1}', '71e58bc8330ff12ebf668177650e04be1373aae426010568b53955b035ac5090', 1795702288424, 'outcome', 'add_operator', NULL, NULL, '98b690fac34361a8061f6b2157546ea0d0752b2b645e297facbc648c2fe26299', 4, 'succeeded');
INSERT INTO public.ledger_entries VALUES (6, '{"acting":"console","at":"1795702288441","deed":"add_operator","facts":{"role":"contractor"},"index":6,"instance":null,"key":"5ddb4672d147b6fcf6be602f64a5dd56ff408e71e28e0046dec4f071ac035c6c:230","kind":"intent","mark":{"log":"0","strike":"0"},"operator":"command line","permission":"manage_operators","role":"owner","sealed":"BSkFKma5EPwNBZtVSkYHXVg5Hpn9qBCljbBT00RfGJHZXzGtoLBZFgI6pSvCPGVAlsOTREz1ovaTwN/L9wtYg0nR2Ecv/o63dl8864Rf6R4g44Q/0nKZ1qdaMUlrcfOux4JIsMmpOgnMrW2/CZZMLV1gDxX522AuP/zuPeR23k/DyNGtFw4luSrd66QPitqPnkArtLiL4KRb","session":"command","subject":"5ddb4672d147b6fcf6be602f64a5dd56ff408e71e28e0046dec4f071ac035c6c","v":1}', '14c1f6687b300524c3702e8b5636d7021b4517d55ec38a27c69e096e5640814a', 1795702288441, 'intent', 'add_operator', 'command line', NULL, '5ddb4672d147b6fcf6be602f64a5dd56ff408e71e28e0046dec4f071ac035c6c', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (7, '{"at":"1795702288446","deed":"add_operator","facts":{},"index":7,"instance":null,"intent":6,"key":"5ddb4672d147b6fcf6be602f64a5dd56ff408e71e28e0046dec4f071ac035c6c:230","kind":"outcome","outcome":"succeeded","sealed":"yxwp+uGN+KKHM5r3L6oDhyUCFnayL0e9N6Dvi8uxW2Muy0UCY/clyDrcJIUD0FI/DiU5WCz8l68+JVabzNduMOWmHE5vXQFvgoigMA4ggPyElqmM2kC3FQn+2naqkRylibIc911JqNESdADky4ggVJvNbvVQUde6j5As5baA5I69bxtUtmFOWyWQXQ","subject":"5ddb4672d147b6fcf6be602f64a5dd56ff408e71e28e0046dec4f071ac035c6c","v":1}', '1e9a8e627a76cd9e3b72b8d65e2387d1a579a1d51cb49b0efc8af63172717bd0', 1795702288446, 'outcome', 'add_operator', NULL, NULL, '5ddb4672d147b6fcf6be602f64a5dd56ff408e71e28e0046dec4f071ac035c6c', 6, 'succeeded');
INSERT INTO public.ledger_entries VALUES (8, '{"acting":"console","at":"1795702288464","deed":"add_operator","facts":{"role":"auditor"},"index":8,"instance":null,"key":"8ad9bc1b8efbca9c15c5a089497d4e161c0d8a6bf1d62c43d4de1867d1031a6c:230","kind":"intent","mark":{"log":"0","strike":"0"},"operator":"command line","permission":"manage_operators","role":"owner","sealed":"WYWB+Kx6Ou1dT6fPulC2J5M9PAkWnGB1LH0ujDfvy2glg73wrRHgge6CCPn5mh+U3mggX0+Us6Ac+zRUMh3863Ml7lzFT+bhQPdD8OHVlsZuoJih2x7A/4hmOb1yBNrTE4muHn89/vnhd7kCyzeh4j0s0FvpFzLny/N52CC1gLITK5BcJ877fR1ODZ45d9K9","session":"command","subject":"8ad9bc1b8efbca9c15c5a089497d4e161c0d8a6bf1d62c43d4de1867d1031a6c","v":1}', 'cf719d8606925b2e77df09e7b26598e8c9501d8d7490d67fb102d15b5738500d', 1795702288464, 'intent', 'add_operator', 'command line', NULL, '8ad9bc1b8efbca9c15c5a089497d4e161c0d8a6bf1d62c43d4de1867d1031a6c', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (9, '{"at":"1795702288468","deed":"add_operator","facts":{},"index":9,"instance":null,"intent":8,"key":"8ad9bc1b8efbca9c15c5a089497d4e161c0d8a6bf1d62c43d4de1867d1031a6c:230","kind":"outcome","outcome":"succeeded","sealed":"tAKXyfib8q9PH1n9x66aqXGHMbEOGF0WlMBPEo+NYxeBXBbqA19UAgUFw9IMHD85KyU+aF9ddRpooQjzbSfZNpw+14C5IJZUVuqJihzGF9oM3U1HMSeej9C/5sz9akY2a6P7jp0vJxIXTmMjf8TeslLlIYmnbWJzZ3Gl+jInL76AarbC/N6o315/BQ","subject":"8ad9bc1b8efbca9c15c5a089497d4e161c0d8a6bf1d62c43d4de1867d1031a6c","v":1}', 'd03278a7aea0879f2844c0ed4e578252bcd36063931d1811b531d745cc9dfa30', 1795702288468, 'outcome', 'add_operator', NULL, NULL, '8ad9bc1b8efbca9c15c5a089497d4e161c0d8a6bf1d62c43d4de1867d1031a6c', 8, 'succeeded');
INSERT INTO public.ledger_entries VALUES (10, '{"acting":"console","at":"1795702288470","deed":"ask_grant","facts":{"ends":4949302288470,"grant":"01M8C34W2P5CAJVNEZ16AKPDE2","operator":"01contractor","roles":[],"scope":{"categories":["other","spam","legal","violation"],"instances":["harbour"],"reveal":false,"sign_ups":false},"sponsor":"command line","starts":1795702288470},"index":10,"instance":null,"key":"34b9d87ad289962d3915ed787046016693ef53844f50f44970f6f114c122c05c:230","kind":"intent","mark":{"log":"0","strike":"0"},"operator":"command line","permission":"propose_grants","role":"owner","sealed":"JDa0ytzDMygUfcfBkxql8qdnUu5ij36ZkpwoPFRnCBiybDr4spiDogUqO/mWTzDOZ6dWK1xpifwjPtPJU2wXtAexnEqhq0hQrj6n/oeYhAH6thumWin2wmOTjQU67FfOaaQk3X91xovwBIBx7COvzDWb3WsWjWhLgaZAtQkuzMsXeAErkcHaAaBgg4g5G0u+L6GW1AiTkVcxttR1qi254dHps4tNWPbbuIX9cYZ9n/yU1DDAsDbBAzF3oEk6/SPQz5uwd0wMXMlp3x3hcJMp+esJ0ewzhdc0RqHoXn+dAD0RWi2KNKjm//D4zD8Gu8dID62bKfVIRBtzH2jHJMK2eFBVvfRJLK21FVanfeexJdUzYDUEY3PsElv1BPVrG2HHLWencf/9rK3hO0V64q0SpcEy61JaRcWDBVKPkUmDECx+YAXZMjRPw0g6l4w+UDmNKJmrHzRnrot7my6x4BJ4qzM9UdF5iNhcSnptOW4JETzparXsDToWWDc/AuLJgWWJ63h+fP3YI6gzuBiWQyfXycC/ZBEVEEHRV7ku","session":"command","subject":"34b9d87ad289962d3915ed787046016693ef53844f50f44970f6f114c122c05c","v":1}', 'b52d0183a84b5575aed96abb38b16817caa077495872861fbb3d27bb41cf8c9a', 1795702288470, 'intent', 'ask_grant', 'command line', NULL, '34b9d87ad289962d3915ed787046016693ef53844f50f44970f6f114c122c05c', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (11, '{"at":"1795702288483","deed":"ask_grant","facts":{},"index":11,"instance":null,"intent":10,"key":"34b9d87ad289962d3915ed787046016693ef53844f50f44970f6f114c122c05c:230","kind":"outcome","outcome":"succeeded","sealed":"PvWDRrBeicZno2Fa2t60/QCN8pxa+hBJdKTYzlGL4IlrLajTi6NG6bFiuuqJW3hOG7qKkRVf+WnRUJ8PrMBxi4yRLLfk3tOjV5RJw0Jt7elz2pwdIrWnkjesQn60ZGCN9plkM+9ubfBqcegVmcnhCNMaTLBm0Oy9b/qzBVeTVmT2lAy35nq0pBw58Q","subject":"34b9d87ad289962d3915ed787046016693ef53844f50f44970f6f114c122c05c","v":1}', '86a1f2a31b37b4d94f87bd78a2717e9faa0b62d4de959cf09257894fcba39c36', 1795702288483, 'outcome', 'ask_grant', NULL, NULL, '34b9d87ad289962d3915ed787046016693ef53844f50f44970f6f114c122c05c', 10, 'succeeded');
INSERT INTO public.ledger_entries VALUES (15, '{"at":"1795702288508","deed":"start_grant","facts":{},"index":15,"instance":null,"intent":14,"key":"34b9d87ad289962d3915ed787046016693ef53844f50f44970f6f114c122c05c:230","kind":"outcome","outcome":"succeeded","sealed":"epOR83hs9L35NTlnFx9dYBLMPaV8rw/HCVYnShJKXONEjLmo7E4Ena3walqhn2MXE9jPFuqFSOnGROWm5arxOIMZkf0WAsPlHpJLSVfFLUXfIq7AREx4GuGdyXtBzQit/LitshIlVKBypsCHX8cy+hRFz3Ui0xdteaIAuVT9/7GMnrbDTIbDknxKAA","subject":"34b9d87ad289962d3915ed787046016693ef53844f50f44970f6f114c122c05c","v":1}', 'c13fbaa507ba39dfd9bc4790a8fde8fba4efc9f00189a381543b9c28d7cb8c50', 1795702288508, 'outcome', 'start_grant', NULL, NULL, '34b9d87ad289962d3915ed787046016693ef53844f50f44970f6f114c122c05c', 14, 'succeeded');
INSERT INTO public.ledger_entries VALUES (18, '{"acting":"console","at":"1795702288746","deed":"add_operator","facts":{"role":"moderator"},"index":18,"instance":null,"key":"0af97b75a79f8d00d0cf119f2716043e3171a60ef366236df415c691203db2ff:230","kind":"intent","mark":{"log":"0","strike":"0"},"operator":"command line","permission":"manage_operators","role":"owner","sealed":"hYIttZrKt4HIOm7fIGaF6TuCvuUkOeTfjaVS/WNXMHfr+mBqh2awogfs1QtuDb+a0JO444+XnGCM5QQYxLpGAw8736BycZY7XRZb42Py+sZfCFaZaLNiMr2vkd12GuNNriGFopyA1dMXa/N4xTwpiGP/eo/r1P5WudxnBei8rmTM7fRZLGilLjGG7ls","session":"command","subject":"0af97b75a79f8d00d0cf119f2716043e3171a60ef366236df415c691203db2ff","v":1}', '3825fef6e94cf52b6b954545eb513ef7c7aab79ebe8930099e4c621b414a2dc2', 1795702288746, 'intent', 'add_operator', 'command line', NULL, '0af97b75a79f8d00d0cf119f2716043e3171a60ef366236df415c691203db2ff', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (19, '{"at":"1795702288750","deed":"add_operator","facts":{},"index":19,"instance":null,"intent":18,"key":"0af97b75a79f8d00d0cf119f2716043e3171a60ef366236df415c691203db2ff:230","kind":"outcome","outcome":"succeeded","sealed":"TpbHk/Cu+/GVK/+yVAckfeKLCLPIyjLz96fCcCk37jjokq/vefTV++4oj1HkvXbWvmqgXCs6vMYFoTOVAZQ0+zdwBbuVGSpoHc8CYTwkRp986K5uAWZUIXNE4aWWNXUIK6XgGgYDeni+q31wTOfz/LcuHqw82YJFtY6sa7ZuusbganlCm3StUxWZLA","subject":"0af97b75a79f8d00d0cf119f2716043e3171a60ef366236df415c691203db2ff","v":1}', 'b5eb9fc9a7173e6a4298bd823fe28832c34c0f4ca34d90358269b93c48139a0a', 1795702288750, 'outcome', 'add_operator', NULL, NULL, '0af97b75a79f8d00d0cf119f2716043e3171a60ef366236df415c691203db2ff', 18, 'succeeded');
INSERT INTO public.ledger_entries VALUES (33, '{"acting":"console","at":"1795702288862","deed":"ask_grant","facts":{"ends":1798294288861,"grant":"01M8C34WEYG66CQB26ZFTPKZM6","operator":"01karl","roles":[],"scope":{"categories":["spam"],"instances":["harbour"],"reveal":true,"sign_ups":true},"sponsor":"command line","starts":1795702288861},"index":33,"instance":null,"key":"e1bb64559164f51c8d78854e6670cdc7c1c82d4537baa9f14b3e6d5c6512c23f:230","kind":"intent","mark":{"log":"0","strike":"0"},"operator":"command line","permission":"propose_grants","role":"owner","sealed":"72BQOzxFyyo5bZkYQg0mIjATuJo8oGviJtU3TH9aiuN/uaqJ961wpKqraAfC2fxxVFUjwQaz0YhmyKAmoQtbRFKtkvIG71Q9wK4v1YvEXNAb20pSHvvfveqFmwmevYcOyiJVFOQQyCrn1Xb5SMi3B4d1PmNFgE3oROsSwN4JRWZspOJW3kCd8urekMJYVZwIIflKvEIYl9MFYLPm+fE24l5RcwbgMyuRzAXVbzJaIgyY81E15MOMa7F24Q3ynktP/p641kcYlJp4Huyk57W52wzMotiIxNgteNKbBnEzHs94XHcwtEp9M+kU72q051LvOmThxCbP2FTJ84ym3eXpR7o7sz8yL+UPAWp6V6fjwitsjEpDGPhXM10zD90Yu0/TTo1aW52bW38PXAohKxlIYbpM/N9Ozwb622MRjMj5cQAcoQxVDevwvdDk7anRxWuwxrrYM9WCXI5e+l0pS7r6twA7GYdTRKN2NO4u9RA9KLKa","session":"command","subject":"e1bb64559164f51c8d78854e6670cdc7c1c82d4537baa9f14b3e6d5c6512c23f","v":1}', 'ecd2809311a6c292b3393014954c21fe34da44c4a7b78e924a97378722cd2ae1', 1795702288862, 'intent', 'ask_grant', 'command line', NULL, 'e1bb64559164f51c8d78854e6670cdc7c1c82d4537baa9f14b3e6d5c6512c23f', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (34, '{"at":"1795702288864","deed":"ask_grant","facts":{},"index":34,"instance":null,"intent":33,"key":"e1bb64559164f51c8d78854e6670cdc7c1c82d4537baa9f14b3e6d5c6512c23f:230","kind":"outcome","outcome":"succeeded","sealed":"Brti+5WOCXxUsFqfy2nsoVZuCjJhQfRRFutHbbX3v6pGXcBqBDD7vBlqRLB+lXUoDdEyfL6GMBwS6CLOgwD9qgreFyVaLYMaD+yJCKuLpBmDJJTCmpDETe+L/ZP6DJt7tPYwO2Vf1x+LY6RegidBcLJr+AeG11riwd/V0vwaYjw/HuJMVA58OHrvUw","subject":"e1bb64559164f51c8d78854e6670cdc7c1c82d4537baa9f14b3e6d5c6512c23f","v":1}', 'bee8d6a5dcd5537cabffeae752b8b29d6fcfc707c3b33542776fc4d445f2a11d', 1795702288864, 'outcome', 'ask_grant', NULL, NULL, 'e1bb64559164f51c8d78854e6670cdc7c1c82d4537baa9f14b3e6d5c6512c23f', 33, 'succeeded');
INSERT INTO public.ledger_entries VALUES (37, '{"acting":"console","at":"1795702288870","deed":"start_grant","facts":{"grant":"01M8C34WEYG66CQB26ZFTPKZM6","operator":"01karl","scope":{"categories":["spam"],"instances":["harbour"],"reveal":true,"sign_ups":true}},"index":37,"instance":null,"key":"e1bb64559164f51c8d78854e6670cdc7c1c82d4537baa9f14b3e6d5c6512c23f:230","kind":"intent","mark":{"log":"0","strike":"0"},"operator":"howdah","permission":"decide_grants","role":"owner","sealed":"guYvVt6ezpwDVuf/u5cS9rpBXrVTaW44Z25tqlWc8NqKyM81LzRRWKu461/gibRrmmTLNUxHgqBzi5UIqc2qvDFQ2K1ldGedyqgC8LRmozrUMngK3MKeuCeEBqyvlYdmDD0Dk/q3rEQ2PMN9Lg6sTY7LuUbm7djcJFdJlw3upsmJKSYJO2BfgO8sGexRSKizHZ3ufyUy71+fKHr38XmReIQnKPNU/dWwhM+G/mvOiAV4TAJR29/7uLYXM9YsazCGAOduUU4J8SJmnWsmhsvjit/ndwUXmV9SQhPl+WzucQVhdz8EPmEkXHJpb5t+EtYhMvA6h4VSQkmYDgEpBpj3z8xKmWY","session":"command","subject":"e1bb64559164f51c8d78854e6670cdc7c1c82d4537baa9f14b3e6d5c6512c23f","v":1}', 'c92329ec6f82b2432879b0764e7e7641906dbc373a2acc1673dd125554ff7f9d', 1795702288870, 'intent', 'start_grant', 'howdah', NULL, 'e1bb64559164f51c8d78854e6670cdc7c1c82d4537baa9f14b3e6d5c6512c23f', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (12, '{"acting":"console","at":"1795702288488","deed":"decide_grant","facts":{"approve":true,"grant":"01M8C34W2P5CAJVNEZ16AKPDE2","operator":"01contractor"},"index":12,"instance":null,"key":"34b9d87ad289962d3915ed787046016693ef53844f50f44970f6f114c122c05c:230","kind":"intent","mark":{"log":"0","strike":"0"},"operator":"command line","permission":"decide_grants","role":"owner","sealed":"k/9N77oUND5xlNyg+vMEKoW2c1vPAiP9S/vZz5Ck9l6PgXfTbkfuj52/QdBaE+q9F2Uc4MTrZlJgIT1m2nd/nx0++4EpLBtJJzAca/n3V5Mm23vJvimfbrsj2kE7Do2dE9v89Ecji6QL/46Fne32X1NjiIn+QlJDn6E5CoK+wwnGt28bmSVcVOSGqffXJqkVdr0GAP+36AHbGRm3fMQirNCdp2fZVKl7NozxH0qzcayRRlrp+Ua7/75NtJfuYSHYqor9+Q6frIWPZ0DN5VnyYyu/2m8jrisQMtRYrTLh/5UGo1hK8Etyq1Yxnhss0tdtV1H9y0IWPXjaKkQ6tGng7ADI+o305TDSDbGmkhbz+ansdkV5g7AQLxA3sJVV7HSuPzJ292jALUxSea7LomE8t+3GRdIWyq0AM5rDaAK5edh6nQE49txKIXSiMTUOsgJ/ix5KV7sn0eeu","session":"command","subject":"34b9d87ad289962d3915ed787046016693ef53844f50f44970f6f114c122c05c","v":1}', 'dd9d30047348a6d34df72966c0b86d0f39678823e8c234de2a1d32e2e6a3b782', 1795702288488, 'intent', 'decide_grant', 'command line', NULL, '34b9d87ad289962d3915ed787046016693ef53844f50f44970f6f114c122c05c', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (13, '{"at":"1795702288494","deed":"decide_grant","facts":{},"index":13,"instance":null,"intent":12,"key":"34b9d87ad289962d3915ed787046016693ef53844f50f44970f6f114c122c05c:230","kind":"outcome","outcome":"succeeded","sealed":"GNy2urTRSC+sqwE5aHX3s7zDoX6aVSioSEdu5eYab7p7LDSk0RvAfa8fKlgt4U3eTKQsknGGzh5h2COObc75rUM2HYQ/K1qP197HrAHjl2wjCsuDIRtf6cv8orrHOkRQ3uJ500/Avmdh0YIW/BFzPazUcQl86npmPFZX+TPZe2CLl04Va/m8d9tWSw","subject":"34b9d87ad289962d3915ed787046016693ef53844f50f44970f6f114c122c05c","v":1}', 'a4c24e2b7636826ce8b0cb86c92344e8dabf119c28631de1ec198c6190d0e971', 1795702288494, 'outcome', 'decide_grant', NULL, NULL, '34b9d87ad289962d3915ed787046016693ef53844f50f44970f6f114c122c05c', 12, 'succeeded');
INSERT INTO public.ledger_entries VALUES (14, '{"acting":"console","at":"1795702288499","deed":"start_grant","facts":{"grant":"01M8C34W2P5CAJVNEZ16AKPDE2","operator":"01contractor","scope":{"categories":["other","spam","legal","violation"],"instances":["harbour"],"reveal":false,"sign_ups":false}},"index":14,"instance":null,"key":"34b9d87ad289962d3915ed787046016693ef53844f50f44970f6f114c122c05c:230","kind":"intent","mark":{"log":"0","strike":"0"},"operator":"howdah","permission":"decide_grants","role":"owner","sealed":"PDcinMAY4NLcYY7qwT2Ig7A9It684IR9fkms9W2ZLfgv1nX6VfyWE97bQqPo/1bQYlAhq2ay0fRVLoj3aYyKTqMdIB4zAhwoqvS1X1BAwFGqLBtgeJLvZptSFnnkcaKeQZOg26RrC5isQ4Jmsv57IV156Os6qMXBgQhYifL34RGLAgQLAV4cNlw6OYc4NNp3MMYzRuGC/jiGHtxKU+JDAlkfvjKiSv2wwArc9817R5XPQzVFZZAwYAt+QLe+PlWU4LIMPOMH2Sz08syaqlMYqSAkHqls+3cpAOwj2Lr1S2NbULc4mT1UD+Lk1nrIV1b+Fo2YiCtrHc66ti9Zzubyz4ATHfx0qbAAj9F9MOnjcsjtfu6uS5fGDs8Fp5tsOEv5vHcyaB6dJnlmYerRjpc","session":"command","subject":"34b9d87ad289962d3915ed787046016693ef53844f50f44970f6f114c122c05c","v":1}', 'cf4761c7d4c2c3d4677c76ff2fe8cf24e8fc8ba0f114f8c351e40f03671fbc48', 1795702288499, 'intent', 'start_grant', 'howdah', NULL, '34b9d87ad289962d3915ed787046016693ef53844f50f44970f6f114c122c05c', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (16, '{"acting":"console","at":"1795702288723","deed":"add_operator","facts":{"role":"owner"},"index":16,"instance":null,"key":"30c0ff4884ef549a890097d7154d83b9d246cb14a8b3aa42d5c83605e553d86d:230","kind":"intent","mark":{"log":"0","strike":"0"},"operator":"command line","permission":"manage_operators","role":"owner","sealed":"0XicHzqUV38HfcHE04yhZ+m72dBxRFzn4oexan87rkzHGCsUrXnvc3bpl/jaVnrMQ1VVRUz1p2Vk0Tigj7rM+qm8u01d0FOkvb4D47On0o7uJ2kzAa9MrvcBL3gdHBnrayG5G3d+edTQTzxyAifPsL6D814UUzvv3Dbg0MuwYl9+Z7KYd/m77Vfgogg","session":"command","subject":"30c0ff4884ef549a890097d7154d83b9d246cb14a8b3aa42d5c83605e553d86d","v":1}', 'cc151c38665e0ea08cb8ba965b26aea2570d1c8ebd3d4b511b62cc678e83ce80', 1795702288723, 'intent', 'add_operator', 'command line', NULL, '30c0ff4884ef549a890097d7154d83b9d246cb14a8b3aa42d5c83605e553d86d', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (17, '{"at":"1795702288728","deed":"add_operator","facts":{},"index":17,"instance":null,"intent":16,"key":"30c0ff4884ef549a890097d7154d83b9d246cb14a8b3aa42d5c83605e553d86d:230","kind":"outcome","outcome":"succeeded","sealed":"XYuIwZE7hKFSzXevfadfrFtrksqEqsGEDbPXd4cNxa1PpZLVjOui3hi1t5IY5WtEmAuYdXdE+WwKfP7ZMD2FX4ztGqn/+co/K62vkwYUv/Pj4DASbWO9URlWkQUnxuGR5mZa4ndcDqeG98gJ3k/K17a3UnfJ6nbpsGglL1/0x8iNPDCb4XB0G0Ahzw","subject":"30c0ff4884ef549a890097d7154d83b9d246cb14a8b3aa42d5c83605e553d86d","v":1}', '9ace3cb2474b4623afcd885e07ad2bb66be210dcd3e92515421206869595b00d', 1795702288728, 'outcome', 'add_operator', NULL, NULL, '30c0ff4884ef549a890097d7154d83b9d246cb14a8b3aa42d5c83605e553d86d', 16, 'succeeded');
INSERT INTO public.ledger_entries VALUES (20, '{"acting":"console","at":"1795702288772","deed":"add_operator","facts":{"role":"moderator"},"index":20,"instance":null,"key":"5a5e268b5796e660f88e4489a8bc8f092485e4c15e240405495092a0bce8a23c:230","kind":"intent","mark":{"log":"0","strike":"0"},"operator":"command line","permission":"manage_operators","role":"owner","sealed":"W7jCv1bwzl5aWylFqNd/lEXuqiCf5shpho542o71HJ0d11987OvdmJi80DvsYGOR2t0/XpI/Svx5Q5/XveZoLH9QgDpOcMwoIIt+FW+y7UFXSI4O1Qg79ky0vWjTTMlawZVFxDu7CiTIOUu2cdll3Yosf5WZa64C7XTHbRM+5/aR1VMSl+ufCGxQQ9k","session":"command","subject":"5a5e268b5796e660f88e4489a8bc8f092485e4c15e240405495092a0bce8a23c","v":1}', '480be287d5ce5aed7b2e3ca680732e30b51152c410cc6a386a3f039d5d856025', 1795702288772, 'intent', 'add_operator', 'command line', NULL, '5a5e268b5796e660f88e4489a8bc8f092485e4c15e240405495092a0bce8a23c', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (21, '{"at":"1795702288776","deed":"add_operator","facts":{},"index":21,"instance":null,"intent":20,"key":"5a5e268b5796e660f88e4489a8bc8f092485e4c15e240405495092a0bce8a23c:230","kind":"outcome","outcome":"succeeded","sealed":"AqI8rbucgekgN02xSbWY8UPFtrLyny/dmUUO6GhgGQcO+WyNC8AbN40j2zAV3n7uY2GYHYb5Kd72/1/0I5GKTpsIpVdlPYW4YPl10jbzYlbKgT710qelC2xZMBe8DIUswLBN+hlD4MAcUb7CTOOYxmOg2bJswsl29YzQ0d84XsiK1MqsgKvGKFyEgQ","subject":"5a5e268b5796e660f88e4489a8bc8f092485e4c15e240405495092a0bce8a23c","v":1}', '18011a46efc5d81e19db54bbfe19ca44e3160d5d762b83e57b5daeb3e8690f4e', 1795702288776, 'outcome', 'add_operator', NULL, NULL, '5a5e268b5796e660f88e4489a8bc8f092485e4c15e240405495092a0bce8a23c', 20, 'succeeded');
INSERT INTO public.ledger_entries VALUES (22, '{"acting":"console","at":"1795702288794","deed":"add_operator","facts":{"role":"contractor"},"index":22,"instance":null,"key":"2b3ff75321699e9c7a583778b8bb2998a963a7c99f5bf08b1c97adea39039edc:230","kind":"intent","mark":{"log":"0","strike":"0"},"operator":"command line","permission":"manage_operators","role":"owner","sealed":"RQgA3sAcwZNBMismswVkECka+yG1TlCKrt7v/cLzZowXu9U3px+K+olLcTgvmCpAbHAmD8olwtQtvhKQ8Dmsj71YB5qQq/4eoOtBAQlWBr/CiPJye/FxCd9feJvyrxcvDbi8ZcdiBDfJO5TUoiBOFn/6jLMvyDSp46kVUNEyxixOQpCwk2qThZsL1NtH","session":"command","subject":"2b3ff75321699e9c7a583778b8bb2998a963a7c99f5bf08b1c97adea39039edc","v":1}', 'cb97f7c34cf8cb46dbe9e1c453366a0bc9bf3aa6559b8486e09207839138561e', 1795702288794, 'intent', 'add_operator', 'command line', NULL, '2b3ff75321699e9c7a583778b8bb2998a963a7c99f5bf08b1c97adea39039edc', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (23, '{"at":"1795702288798","deed":"add_operator","facts":{},"index":23,"instance":null,"intent":22,"key":"2b3ff75321699e9c7a583778b8bb2998a963a7c99f5bf08b1c97adea39039edc:230","kind":"outcome","outcome":"succeeded","sealed":"z85UCO+vh4cMRPn6Lp8MsB8qobKWigBaCJOvHl6TGXMO5EXLZJkeI6pmiIFMRQrCTc3WVscg6j/ibErYyju9i3QqR38fbtsAN/lmL4jzoewAFrv6ccA7i7IcxbnPR0kAcrRLsNJ3nUuPvmQYuBPh+6XMM/WtcCYQmsBaS9AtR9lznfgCxD4k1PWtUQ","subject":"2b3ff75321699e9c7a583778b8bb2998a963a7c99f5bf08b1c97adea39039edc","v":1}', '536e320cf466bad1ba7ec1792997929fe492b2019d8e2516c89b84e9722352d9', 1795702288798, 'outcome', 'add_operator', NULL, NULL, '2b3ff75321699e9c7a583778b8bb2998a963a7c99f5bf08b1c97adea39039edc', 22, 'succeeded');
INSERT INTO public.ledger_entries VALUES (24, '{"at":"1795702288828","deed":"signed_in","facts":{"address":"05cf2c00e94f557f0a9332dd0359d6aa55e27ba818dbe8f987e4c903b82f1932","role":"owner","session":"33be9fabe6aa73a9"},"index":24,"kind":"fact","operator":"01owner","subject":null,"v":1}', 'a0e568b0e52d8907b0f7b8a2260eb98e9131edf8d5dd2702fef5915578ddd959', 1795702288828, 'fact', 'signed_in', '01owner', NULL, NULL, NULL, NULL);
INSERT INTO public.ledger_entries VALUES (26, '{"at":"1795702288842","deed":"disable_operator","facts":{},"index":26,"instance":null,"intent":25,"key":"0af97b75a79f8d00d0cf119f2716043e3171a60ef366236df415c691203db2ff:230","kind":"outcome","outcome":"succeeded","sealed":"tfOPh37I2J4hTmZiBQaohmxb16euT3lugUMSfk39HjJH06IzPt3xgKz9/Y7EO1uY7d3t+i5uk02dwUp1CQuGRXwMIRZNwghqrjXASb87irydl3kNwon7h/NhClViy5bLNkNeTLPefYPYnjcPfLWLzo8v7D9oH8VWTgiqFKCyYmuUymsFqjKdrvBLng","subject":"0af97b75a79f8d00d0cf119f2716043e3171a60ef366236df415c691203db2ff","v":1}', 'b75bf03bbc3499b7b99a2941c320bd14d6de3cc2a81407ac0f7dcdc42ffcd55b', 1795702288842, 'outcome', 'disable_operator', NULL, NULL, '0af97b75a79f8d00d0cf119f2716043e3171a60ef366236df415c691203db2ff', 25, 'succeeded');
INSERT INTO public.ledger_entries VALUES (29, '{"acting":"console","at":"1795702288852","deed":"offer_access","facts":{"role":"moderator"},"index":29,"instance":null,"key":"45f2eaa3ab8fe8809861e5ba6ea6059d50a9fd1bc74530e5310eb632c2bdbf45:230","kind":"intent","mark":{"log":"0","strike":"0"},"operator":"01owner","permission":"manage_operators","role":"owner","sealed":"GRIO1ymWu4IA5kcZO57EZpqEhO1yWxquKlvxuK5FwtfI+um46phFW4Q+VjohhikME7IZA9LZ2/v93jUUJczkMfs6MjhATbAxrTZ4Cjm8nJQMyzZPxuXDEzAw0jCl4A1F+MIGF2vL6w/rp4g/y7zi6Dql2UVFZeYEHsE+umbdRF7ntkjft5sj/dSrAJCdGR932jaV2TH8PYeWW2vaRA","session":"33be9fabe6aa73a9","subject":"45f2eaa3ab8fe8809861e5ba6ea6059d50a9fd1bc74530e5310eb632c2bdbf45","v":1}', '6fee4884f61cb7e774f0b7bfb7dcf95aafbab6c39cd2fe4e0f65eea746842652', 1795702288852, 'intent', 'offer_access', '01owner', NULL, '45f2eaa3ab8fe8809861e5ba6ea6059d50a9fd1bc74530e5310eb632c2bdbf45', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (30, '{"at":"1795702288854","deed":"offer_access","facts":{},"index":30,"instance":null,"intent":29,"key":"45f2eaa3ab8fe8809861e5ba6ea6059d50a9fd1bc74530e5310eb632c2bdbf45:230","kind":"outcome","outcome":"succeeded","sealed":"v3X+h7asKePYa04q2vNsFa7piQOwvl5GX+3AzDegy8ol+61I/xj35gWeqtce3uXJ0596C5JlLht24nsSEKAyxUYR6ql5suC8TMt03DS/o2ZJQq5leRIMn0MyVL06eMDDIxZzwGausspct2JhUTr5s/WJyIU0doGPegSQ6SIVMwvwrQ2HtmZzSdGz8w","subject":"45f2eaa3ab8fe8809861e5ba6ea6059d50a9fd1bc74530e5310eb632c2bdbf45","v":1}', '5a3a001b678af356d758af6b23df7ae014a0ed689baa110b9a479d36ccd9cea2', 1795702288854, 'outcome', 'offer_access', NULL, NULL, '45f2eaa3ab8fe8809861e5ba6ea6059d50a9fd1bc74530e5310eb632c2bdbf45', 29, 'succeeded');
INSERT INTO public.ledger_entries VALUES (40, '{"at":"1795702288894","deed":"revoke_grant","facts":{},"index":40,"instance":null,"intent":39,"key":"e1bb64559164f51c8d78854e6670cdc7c1c82d4537baa9f14b3e6d5c6512c23f:230","kind":"outcome","outcome":"succeeded","sealed":"XWlZkUTHlTa40tklswDsz86NNKe1e1YMNkOjsiS/ZiVXlEFbrmyDL18illZdqBtt0opW4Kn8Z1zIZ3ViwLVUWvgb5TNZMTWQbnfoNMmnj0boj+V1V9O8PwULKd7gdM6gTkSTpHBNnJF5pnOPCVM0qeBD/yPOEMGzc4Bbce4F4ZdFrhIu/yE2enlsdg","subject":"e1bb64559164f51c8d78854e6670cdc7c1c82d4537baa9f14b3e6d5c6512c23f","v":1}', 'e788a30fa39049b99b1893d7584f66d20def56a3b2dfd2b6ef3c067a5dce5a06', 1795702288894, 'outcome', 'revoke_grant', NULL, NULL, 'e1bb64559164f51c8d78854e6670cdc7c1c82d4537baa9f14b3e6d5c6512c23f', 39, 'succeeded');
INSERT INTO public.ledger_entries VALUES (42, '{"at":"1795702288905","deed":"end_grant","facts":{},"index":42,"instance":null,"intent":41,"key":"e1bb64559164f51c8d78854e6670cdc7c1c82d4537baa9f14b3e6d5c6512c23f:230","kind":"outcome","outcome":"succeeded","sealed":"ggCzaHAX9k1eY9o69AkmcCg3K6vO8rVELFQQHRxDnV/l13rUs+qGmoVW7KKrStxfWCWLz6bA4cRtPAvx1JSaS/0DLieUadVhDseXwhyxyZYqJIT7A7W86CxO7mBvPzp/8algEAvu5BCdF+ioFVUC8SACvmUioZc2fu6DLjBUDmx1Z8m4QdW+sc9iOw","subject":"e1bb64559164f51c8d78854e6670cdc7c1c82d4537baa9f14b3e6d5c6512c23f","v":1}', 'ea5ce092bf6fcfd3cdf4e98fefba99a1240eb0b1e07e37141bd7b669ac433a85', 1795702288905, 'outcome', 'end_grant', NULL, NULL, 'e1bb64559164f51c8d78854e6670cdc7c1c82d4537baa9f14b3e6d5c6512c23f', 41, 'succeeded');
INSERT INTO public.ledger_entries VALUES (43, '{"acting":"console","at":"1795702288909","deed":"ask_grant","facts":{"ends":4949302288861,"grant":"01M8C34WGD2N7P9B76M95795R4","operator":"01karl","roles":[],"scope":{"categories":["legal"],"instances":["harbour"],"reveal":true,"sign_ups":false},"sponsor":"command line","starts":1795702288908},"index":43,"instance":null,"key":"931224eec026dffc7d0f13457e763ee73644bdf2328d473d03d7f9d005561e29:230","kind":"intent","mark":{"log":"0","strike":"0"},"operator":"command line","permission":"propose_grants","role":"owner","sealed":"mqMk9xK6stitJ1eTkE7MRbMpTzbd/hTLBrLnio+tw6FFzPIVjQQ2vBaEOAxUsv1yuGqDguEMQ8YUOV8Xyc+UwYHtQtFnj3Eykp9mR4tT8wjBBpLuC/QNvRCdSfSoUl6WTvW7382/WCsOn9tjENVVPyG80H+hv0biQ0RpyHemyyZE0VDZqv/IsXEnrtWh1oLYJYBB6U5h/+k4zLo3C9Nl3k71qjmcFPw0xnDhMf82SPe2kkdiLz84FW4Gd2M7A4/DwHR23pAJf5vcHAdJvIJfQchmrdyKg90VBKDZtAi0cYxahnp2oWJAZTe3VLxO0vUB1m1zOQ6feaKoryH87aquCLeugWyClzQ640fDVzY0IT+tDgGNUo9S7k9dtlkGH+2rrrt9Mm3/qRQcHpiMcTTMZfSMIpRDQtNAa/E5oiD2Hd2ZbUvmDVle0bq53eG1ZKsUKFYTK2+pnkAzKR832/zkJHHUE6TV7ctZVBrfO+0HExyukzs","session":"command","subject":"931224eec026dffc7d0f13457e763ee73644bdf2328d473d03d7f9d005561e29","v":1}', 'c325ea80f2238c9b0c747d478154e069ec41b2c2ffe05311b2524bda55e1ee6b', 1795702288909, 'intent', 'ask_grant', 'command line', NULL, '931224eec026dffc7d0f13457e763ee73644bdf2328d473d03d7f9d005561e29', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (48, '{"at":"1795702288935","deed":"start_grant","facts":{},"index":48,"instance":null,"intent":47,"key":"931224eec026dffc7d0f13457e763ee73644bdf2328d473d03d7f9d005561e29:230","kind":"outcome","outcome":"succeeded","sealed":"V6a4NnuHLbOwQN2CAeJL5SubhFkVDIdDcho/25/X8lQo2Kee2qDiLd/p9ebgw9gk1pbiwPCVhBaLFeJX7eGw0m+kNElae2pQCL9GaQnYixZDuJBRvR/LWqhwxGDyHvFBC8h877GR/DYCFq32+HFxGSMvblS/u1Ut3cWsPh2fTXag4GR8eXfnKcafxQ","subject":"931224eec026dffc7d0f13457e763ee73644bdf2328d473d03d7f9d005561e29","v":1}', 'c1c006bd6c48c496f93302e3bdbf034846defb9e290d88f49f454c4049739d5f', 1795702288935, 'outcome', 'start_grant', NULL, NULL, '931224eec026dffc7d0f13457e763ee73644bdf2328d473d03d7f9d005561e29', 47, 'succeeded');
INSERT INTO public.ledger_entries VALUES (50, '{"at":"1795702288941","deed":"link_account","facts":{},"index":50,"instance":"harbour","intent":49,"key":"98b690fac34361a8061f6b2157546ea0d0752b2b645e297facbc648c2fe26299:230","kind":"outcome","outcome":"succeeded","sealed":"s8XSlCn87Zd9YIOynhODxUu+pdTWHsWnm2Relj+nRFUGqCtbX5nTOxJC1TFZ9VAS+XIbJfIlKJ5PZSxW1d0","subject":"98b690fac34361a8061f6b2157546ea0d0752b2b645e297facbc648c2fe26299","v":1}', 'b9996dacaffafd8b94b68c50c1a8e52dec39baa09e9f6b439e5650de787594a3', 1795702288941, 'outcome', 'link_account', NULL, 'harbour', '98b690fac34361a8061f6b2157546ea0d0752b2b645e297facbc648c2fe26299', 49, 'succeeded');
INSERT INTO public.ledger_entries VALUES (56, '{"at":"1795702288988","deed":"signed_in","facts":{"address":"05cf2c00e94f557f0a9332dd0359d6aa55e27ba818dbe8f987e4c903b82f1932","role":"admin","session":"bdfcd3e2381435dc"},"index":56,"kind":"fact","operator":"01admin","subject":null,"v":1}', '218d6f526468016b27664267888c109113548e7463d95e805301ccba655c3bef', 1795702288988, 'fact', 'signed_in', '01admin', NULL, NULL, NULL, NULL);
INSERT INTO public.ledger_entries VALUES (99, '{"at":"1795702289225","deed":"reveal","facts":{"others closed":1},"index":99,"instance":"harbour","intent":98,"key":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a:230","kind":"outcome","outcome":"refused","sealed":"cnmIhfyBEofMY46uWOjk26fSM3MzIjKZNxVMZV3J5kOioTk5VWn+XgcKC2ONIHiDdhutHHa6iEijhPFYX4zJYExTw4ROfqDd/Tz6G9fQIinyo5w0yf3TFoUgjImqdpqJZPp51J26H55QQp2doY7RW2Eo3/jrYqKMCz3BbubJiZNn7NdPwax/","subject":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a","v":1}', 'af41a75e2601f0dadcf6dc8d021ff9b32526f7c711749c34173461b6ef7f5276', 1795702289225, 'outcome', 'reveal', NULL, 'harbour', '4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a', 98, 'refused');
INSERT INTO public.ledger_entries VALUES (25, '{"acting":"console","at":"1795702288837","deed":"disable_operator","facts":{"disabled":true},"index":25,"instance":null,"key":"0af97b75a79f8d00d0cf119f2716043e3171a60ef366236df415c691203db2ff:230","kind":"intent","mark":{"log":"0","strike":"0"},"operator":"01owner","permission":"manage_operators","role":"owner","sealed":"KwXepTw11/H0+leC0r3tQMEL2tvxeCVGD76vSoUhJmHc7E79jnZiwll7UsJ6nO0wvA86NRz/5Iq43sc0krFfJhIxPewNi1p4Ds6d764BKQzbalh7hAMU5kwhCspgbYFjDbLXDYMtPzTUS3BYIxiVqrEKRb1qifVDYToqNPl5/T0KbsS1TLgENY1S52dnrD4r7lBRGg","session":"33be9fabe6aa73a9","subject":"0af97b75a79f8d00d0cf119f2716043e3171a60ef366236df415c691203db2ff","v":1}', '62fe4692cec55011dab060974df6ace3f662ff47dc1bf7ab4437d95835ae68d9', 1795702288837, 'intent', 'disable_operator', '01owner', NULL, '0af97b75a79f8d00d0cf119f2716043e3171a60ef366236df415c691203db2ff', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (27, '{"acting":"console","at":"1795702288846","deed":"change_operator_role","facts":{"after":"admin","before":"moderator"},"index":27,"instance":null,"key":"5a5e268b5796e660f88e4489a8bc8f092485e4c15e240405495092a0bce8a23c:230","kind":"intent","mark":{"log":"0","strike":"0"},"operator":"01owner","permission":"manage_operators","role":"owner","sealed":"kKLjeijG8DBXIQkC0jSbQGgMLDSmil/K1Wo39ac9H1/6EHCpKn52z8+9WZwSwhiSqnMxLbYu1WOTPQIkwALQLGZErA5R+11eKqHLGHf0OBnvNTMkOQiMIzejpuTFLB3Z3Ln2R1Sd7vZW5tE4/sBh+f4VQmXzV1TFCJ4LZadWSpKkx2pNvL0IMU4Np9zhlgoYQHzFJP6/OatS1lC23i7aVJO9wyUgGz1jnkEfIA","session":"33be9fabe6aa73a9","subject":"5a5e268b5796e660f88e4489a8bc8f092485e4c15e240405495092a0bce8a23c","v":1}', '929675863620e28126a9333a31fb60405bfc0bb7c25149a7a88a9a800ac25e74', 1795702288846, 'intent', 'change_operator_role', '01owner', NULL, '5a5e268b5796e660f88e4489a8bc8f092485e4c15e240405495092a0bce8a23c', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (28, '{"at":"1795702288848","deed":"change_operator_role","facts":{},"index":28,"instance":null,"intent":27,"key":"5a5e268b5796e660f88e4489a8bc8f092485e4c15e240405495092a0bce8a23c:230","kind":"outcome","outcome":"succeeded","sealed":"gv34ZWkojMISCxHfEzboQhneGEHcarNDVVnHNI+9w6FWpEg9d+dSO8LHcBIE+GpeygG01aZklL61Eg53klNFx8k1IkPvblX/Pam89oHzz4YKoOOh7LxctICf6Jg9Wd679JMEIXMCU66Urp6N5VcesPabojWxbcoZx1/6rLInyikwyej1xbgrun8cnw","subject":"5a5e268b5796e660f88e4489a8bc8f092485e4c15e240405495092a0bce8a23c","v":1}', 'bfa52a8c4c33afcec3ce6a90503a33a58532745ed750720ad5a5fd5422670266', 1795702288848, 'outcome', 'change_operator_role', NULL, NULL, '5a5e268b5796e660f88e4489a8bc8f092485e4c15e240405495092a0bce8a23c', 27, 'succeeded');
INSERT INTO public.ledger_entries VALUES (31, '{"acting":"console","at":"1795702288858","deed":"end_sessions","facts":{},"index":31,"instance":null,"key":"5a5e268b5796e660f88e4489a8bc8f092485e4c15e240405495092a0bce8a23c:230","kind":"intent","mark":{"log":"0","strike":"0"},"operator":"01owner","permission":"manage_operators","role":"owner","sealed":"BLMY9PWowsIq1yFwkf3IekT8sBTZZC0s/de01VxD6/0AYgatywRBTpXv7vvgJcQiq2wLe/CyKm4SvsUCp/dF/RWOvR7FPxrUhAyaq108FxGKY+ZyHx6eMyRob2r1gD6WLNu0wlYTk2OwfUJ2nwEdGYiF8fQD9nUGRkzNqbGJaxsX/yxNKrdbeP6KIh9SMvNk","session":"33be9fabe6aa73a9","subject":"5a5e268b5796e660f88e4489a8bc8f092485e4c15e240405495092a0bce8a23c","v":1}', 'dd765e37b16f93e4347db641c970e3487b26ab9525163904091fb8ebcb90f21e', 1795702288858, 'intent', 'end_sessions', '01owner', NULL, '5a5e268b5796e660f88e4489a8bc8f092485e4c15e240405495092a0bce8a23c', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (32, '{"at":"1795702288860","deed":"end_sessions","facts":{},"index":32,"instance":null,"intent":31,"key":"5a5e268b5796e660f88e4489a8bc8f092485e4c15e240405495092a0bce8a23c:230","kind":"outcome","outcome":"succeeded","sealed":"ClM9S2+V3XTQDCm8ZcFezfhwjAYzCGsWdrl8t4u2ERWxpfcqIVEBy/UMxRCixyjruH3PurFmxof/ngS/wT5jrnke8CufPVjd1iK3CTVhsQE2ft6C6SC6J6ujMGdZaWqABQNW0NbKme7meTvaO10V3cPcxImMPCTcRGcHFi0n75ZFr0GfWvOokGmNmA","subject":"5a5e268b5796e660f88e4489a8bc8f092485e4c15e240405495092a0bce8a23c","v":1}', 'b2763578d7bb3d3e4845d7a16badbb6d9319f5a878b1a70cd856f94fde14afcd', 1795702288860, 'outcome', 'end_sessions', NULL, NULL, '5a5e268b5796e660f88e4489a8bc8f092485e4c15e240405495092a0bce8a23c', 31, 'succeeded');
INSERT INTO public.ledger_entries VALUES (35, '{"acting":"console","at":"1795702288866","deed":"decide_grant","facts":{"approve":true,"grant":"01M8C34WEYG66CQB26ZFTPKZM6","operator":"01karl"},"index":35,"instance":null,"key":"e1bb64559164f51c8d78854e6670cdc7c1c82d4537baa9f14b3e6d5c6512c23f:230","kind":"intent","mark":{"log":"0","strike":"0"},"operator":"command line","permission":"decide_grants","role":"owner","sealed":"MDROk/kAUk31DqJLdf0qD8FEJicmW87zL3OYCW5DELzvuEkMxTqkdPe/YXVNuDkXEQCj5VSgsxZOXLWeS7NcdlqnDLWMJUE9mAigAUq1hr20qdBQfR3QnBZ/SvysfH4eoPJty6USnTkI8GipIwKyJqMMTHa9vwEORAMm6FyHdut4fD0Gq6+cmHTTqL05QOWjme1pBNMe6zAIJGf4vsHp/DGvkmbCXgkjjsQJNibPYN9N7FAJrjTPLwx8ppfuURK2ujwCUmkhYzZpezZnJ0EsRKAQgSxJIGmnF4VsB+MvPavQTcz26T/aXYLbJolkKDVITwXklaZbLg3AJvH58cmEW7y5038N6+ruNydZO0KfLnbvbL61kUJzzLzv8lrwzDcCyDqo06FQmDiFYrJGyfq7","session":"command","subject":"e1bb64559164f51c8d78854e6670cdc7c1c82d4537baa9f14b3e6d5c6512c23f","v":1}', '9a9b5c496100de3241ee87467f995f8b30b5f6f4a756b2771a79227e64648ed8', 1795702288866, 'intent', 'decide_grant', 'command line', NULL, 'e1bb64559164f51c8d78854e6670cdc7c1c82d4537baa9f14b3e6d5c6512c23f', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (36, '{"at":"1795702288868","deed":"decide_grant","facts":{},"index":36,"instance":null,"intent":35,"key":"e1bb64559164f51c8d78854e6670cdc7c1c82d4537baa9f14b3e6d5c6512c23f:230","kind":"outcome","outcome":"succeeded","sealed":"6pRyKqCKjv5EGhnA+pBSaIwhbE49ijQLPqr2WySnWPkojoq0+YIe7K6+AviuGcouq6L9BXBSJ9qq5l9+xF6OmFdAJAAuz9m3dFaFLqBTHhRSC8EMEgsXJPgoNu07o7UCaI2aCnbtHmK6FIWSM6wcCflNdaFfrpJigJxDTQGb0q3TRvFfgNncjHud7w","subject":"e1bb64559164f51c8d78854e6670cdc7c1c82d4537baa9f14b3e6d5c6512c23f","v":1}', '14f5b7cf04c8bf7585cddbefef2234c25bb0e0d3657f29cb2eb3f72a2baa620b', 1795702288868, 'outcome', 'decide_grant', NULL, NULL, 'e1bb64559164f51c8d78854e6670cdc7c1c82d4537baa9f14b3e6d5c6512c23f', 35, 'succeeded');
INSERT INTO public.ledger_entries VALUES (38, '{"at":"1795702288876","deed":"start_grant","facts":{},"index":38,"instance":null,"intent":37,"key":"e1bb64559164f51c8d78854e6670cdc7c1c82d4537baa9f14b3e6d5c6512c23f:230","kind":"outcome","outcome":"succeeded","sealed":"saD6pdXO+csVXocWYYvZWapLHwjgBYaSNOVkDs1VIu99RePXQNHVWn1i8iAdoXan7htCBEShKN5D273UJ6NK+jYtLiBBfqval6M5CbhVl4X/TTbuI1W++7RbMt6pyUTniH+vfrloArBReLjSwRH/5uPc+RnPBRbuKCjvPBZRMmpe3Hl1C8+5J5IYYw","subject":"e1bb64559164f51c8d78854e6670cdc7c1c82d4537baa9f14b3e6d5c6512c23f","v":1}', '2768842cf203d3e03dcb2e17c29b4717c732969d77782dfc309c12a83089967f', 1795702288876, 'outcome', 'start_grant', NULL, NULL, 'e1bb64559164f51c8d78854e6670cdc7c1c82d4537baa9f14b3e6d5c6512c23f', 37, 'succeeded');
INSERT INTO public.ledger_entries VALUES (46, '{"at":"1795702288925","deed":"decide_grant","facts":{},"index":46,"instance":null,"intent":45,"key":"931224eec026dffc7d0f13457e763ee73644bdf2328d473d03d7f9d005561e29:230","kind":"outcome","outcome":"succeeded","sealed":"c9rwFw2alGw7qZWrx/kTiDprPftUHlUnoBW63tnF6cGaCQKbIphumK5AYC0Olk9fdOEFwOoBsO1waLsYKImPFyyeObfDJgqcTonI9TBs+VWJTemWrdIYYvYdkNOjkyFem4dt+Q4/zE0Gm+vwp+g4ivT2N/t3GLiTJz8HqTxEPbFP37peSwGLDDmDDg","subject":"931224eec026dffc7d0f13457e763ee73644bdf2328d473d03d7f9d005561e29","v":1}', 'adf0653a73bf873dbf45138f407ff7dd3fbc994d688b0e472901bfbbba7af7e3', 1795702288925, 'outcome', 'decide_grant', NULL, NULL, '931224eec026dffc7d0f13457e763ee73644bdf2328d473d03d7f9d005561e29', 45, 'succeeded');
INSERT INTO public.ledger_entries VALUES (63, '{"at":"1795702289108","deed":"sign_in_failed","facts":{"address":"05cf2c00e94f557f0a9332dd0359d6aa55e27ba818dbe8f987e4c903b82f1932"},"index":63,"kind":"fact","operator":null,"subject":"d67add981c6f5250158a1efdb45aad3a10178fff94ea7fbfabc6f818e4344b98","v":1}', '2ebefc5e1adae0a4075dc04a11b98f47dec25cc8cd6b61490886b6476bb4eda8', 1795702289108, 'fact', 'sign_in_failed', NULL, NULL, 'd67add981c6f5250158a1efdb45aad3a10178fff94ea7fbfabc6f818e4344b98', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (39, '{"acting":"console","at":"1795702288892","deed":"revoke_grant","facts":{"grant":"01M8C34WEYG66CQB26ZFTPKZM6","operator":"01karl"},"index":39,"instance":null,"key":"e1bb64559164f51c8d78854e6670cdc7c1c82d4537baa9f14b3e6d5c6512c23f:230","kind":"intent","mark":{"log":"0","strike":"0"},"operator":"01owner","permission":"propose_grants","role":"owner","sealed":"BkJOV2n/0gCB1WEMdU1iB6RMBs18Fb8S+CHDViGUaNsuDapc+w08hVIcbsENp5zRcW8Vr9Gl4wkQylnRcpHxzvtwzcOjUExs4hBYqRhKX39eVZxuKQ+i9XySA8hiZ6z+Pq5Of9/R4p2rk6foclZajRQT4EMsOpJTnTusZHoroihgzIvQSfQ0HQe4NADTxtcFrxB2Srg0TZntG9ButS3OaveY5B6gy+UGdO42qYyqFupuFnqG5BU3ktOBTRQB","session":"33be9fabe6aa73a9","subject":"e1bb64559164f51c8d78854e6670cdc7c1c82d4537baa9f14b3e6d5c6512c23f","v":1}', '9c379aff3b86351c079ae74d6999e46cbe687f95a363f3565c7dfdd76a7ef40b', 1795702288892, 'intent', 'revoke_grant', '01owner', NULL, 'e1bb64559164f51c8d78854e6670cdc7c1c82d4537baa9f14b3e6d5c6512c23f', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (41, '{"acting":"console","at":"1795702288901","deed":"end_grant","facts":{"began":true,"grant":"01M8C34WEYG66CQB26ZFTPKZM6","operator":"01karl","revoked":true},"index":41,"instance":null,"key":"e1bb64559164f51c8d78854e6670cdc7c1c82d4537baa9f14b3e6d5c6512c23f:230","kind":"intent","mark":{"log":"0","strike":"0"},"operator":"howdah","permission":"decide_grants","role":"owner","sealed":"8luqmaph4Swo/GK3S12rZRTInPPeBhW1a7gmdSU1MXnpu6nbsesb6RGKqnl75d3PFzRgrhjCbNbELeuOowBDpSXRMYRKa8hlwNOdibEf3GumBPf+pCgwWKPi0/2kwvoRMXarcoybTxxpL7wy/9xU8XY3vmOcs4HJT69o1j91BmhXfJN0yjBO10FfHHQASZck70jw4qLMa7F/FumeCzvWturrQnNLZJI1zTncyM62Z1OvuURfCau37VC8s0/gaMKQnFDQBE9Y","session":"command","subject":"e1bb64559164f51c8d78854e6670cdc7c1c82d4537baa9f14b3e6d5c6512c23f","v":1}', 'cc2d0d66ff7266f6628df52052005151a15eb38d2f173bcc259598582e359ab5', 1795702288901, 'intent', 'end_grant', 'howdah', NULL, 'e1bb64559164f51c8d78854e6670cdc7c1c82d4537baa9f14b3e6d5c6512c23f', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (44, '{"at":"1795702288916","deed":"ask_grant","facts":{},"index":44,"instance":null,"intent":43,"key":"931224eec026dffc7d0f13457e763ee73644bdf2328d473d03d7f9d005561e29:230","kind":"outcome","outcome":"succeeded","sealed":"ZcW/JEgwoXRXSpQMfAkvxob1rM29Fm2AmzZi6QBUVO/x5cM5rrRucIbmduFqguwC8kZ6pfG4kBWlvC2F5YZDBoxDL/s2/nSEif/GOAxIBrej5mbn7kVww1BU+5+ubqJjPjztW6QlaQba0FzDQgZLyuA5h0rJI55aSz8LG5sHTSgirgVLIttGekGEgQ","subject":"931224eec026dffc7d0f13457e763ee73644bdf2328d473d03d7f9d005561e29","v":1}', '07809a7e2de2ac9b02da3ce6639bfdf847c7841691ba2d38daf72602f47d9373', 1795702288916, 'outcome', 'ask_grant', NULL, NULL, '931224eec026dffc7d0f13457e763ee73644bdf2328d473d03d7f9d005561e29', 43, 'succeeded');
INSERT INTO public.ledger_entries VALUES (45, '{"acting":"console","at":"1795702288922","deed":"decide_grant","facts":{"approve":true,"grant":"01M8C34WGD2N7P9B76M95795R4","operator":"01karl"},"index":45,"instance":null,"key":"931224eec026dffc7d0f13457e763ee73644bdf2328d473d03d7f9d005561e29:230","kind":"intent","mark":{"log":"0","strike":"0"},"operator":"command line","permission":"decide_grants","role":"owner","sealed":"3V/PU52ldHO+Kh/9uZfYGFUPj0rJyRSHoCZAfxpS8rXbRUGAdVShjcSIR+hD5xwh3Bkjxotk/Y0indBFABd2bGWU68dTC5mevHMWp2QRJ9kT4v9Zix6iJJlUwmzC2MjYX5Vq18wMumtds1rT+tpsRgrbfrxoFxGa7O7gdvFM9UHKrLSa5eKmZbdIl3bYBXHrGaixoA6jPjVt/MFfJ0NTEdbSaWgS8P3aIVgoPp+qnTH4l5WpzUVMGwIkvh5xzRJo+Gjqm1cyEzlc9Z1HkV+QXc76H32tRENj616q5xlnBO/frrxs5giKeJBm4VaeZrLo6YfUtCaHvceap67vA78vTMS/yndRj4GeixB4xwJ1gyCyxV/DOQ10GMaRHdYwQPHsS/jRa5yc2kNkvrRUMy9Zo2k","session":"command","subject":"931224eec026dffc7d0f13457e763ee73644bdf2328d473d03d7f9d005561e29","v":1}', '49f0e34f784534b3e5d36a4d31a02e5975035a59fd9f605ef7e5ca281f3ca133', 1795702288922, 'intent', 'decide_grant', 'command line', NULL, '931224eec026dffc7d0f13457e763ee73644bdf2328d473d03d7f9d005561e29', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (47, '{"acting":"console","at":"1795702288928","deed":"start_grant","facts":{"grant":"01M8C34WGD2N7P9B76M95795R4","operator":"01karl","scope":{"categories":["legal"],"instances":["harbour"],"reveal":true,"sign_ups":false}},"index":47,"instance":null,"key":"931224eec026dffc7d0f13457e763ee73644bdf2328d473d03d7f9d005561e29:230","kind":"intent","mark":{"log":"0","strike":"0"},"operator":"howdah","permission":"decide_grants","role":"owner","sealed":"ccojoi0oWJDinW9VyIGzN7O5rbXik9WdrStE6GWcCDDUJ+BFqbtUtvOo0eT8/eSXGfDnMoEOkE3uIsNpW83w4qYWO671ne3G0UEcwySWLUTiYqUdWxiU2eUYovQtLCpxipMyW0udOppc8lia9meuIzLywRetgCAoT6RBRX+lRckCN/O5c1JxS+4RBix3pirM0SS7gFOjqD80YjGn/HEiQBUdkDvuWjZPQexo3o87putaP++GLBqzYrBr6qyLjsk1TlRqWeZxtOp7rcEVeuAKaHCuZcw2FnkWvQmmdPu0InzsWXye2BUAl0Kn2A8UyaZsIoZSIeNjY23sVZnVRZuihV+Jl8IOYg","session":"command","subject":"931224eec026dffc7d0f13457e763ee73644bdf2328d473d03d7f9d005561e29","v":1}', '7d0f38b6edbee2b2d2ac5481866d105894010782ab2ef13111b6b1649d1c9724', 1795702288928, 'intent', 'start_grant', 'howdah', NULL, '931224eec026dffc7d0f13457e763ee73644bdf2328d473d03d7f9d005561e29', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (49, '{"acting":"console","at":"1795702288938","deed":"link_account","facts":{},"index":49,"instance":"harbour","key":"98b690fac34361a8061f6b2157546ea0d0752b2b645e297facbc648c2fe26299:230","kind":"intent","mark":{"log":"0","strike":"0"},"operator":"01moderator","permission":"link_account","role":"moderator","sealed":"LocmOxoDMz4Ju9fgOZXULqUw0lUh1wiPNqEuiXgBG9t6M1FN0z8C7sa3XsNlVqnHbL442az18k+IspdzJRRBFv9/eGWEvtWUJrgQjyQMT/NkmVHgu83drbjkBQtWpSAab10X8SYqNm4lANL82MIbHSeQMp+ngwVC0jv96yfmTKg6+QkAYDbB1QxL8QwCSz9nyitV/GU8ZIvB9anae/6pl5Ux2CnuWGOKlDKtUPRZMveQT8SZ16Jn8VVw6vCeFTLS5eofI5iQWBuSQg","session":"0123456789abcdef","subject":"98b690fac34361a8061f6b2157546ea0d0752b2b645e297facbc648c2fe26299","v":1}', 'd732b769cae1486bab6d949ac46c92206ed9dcd609cac5f8ecdc7c2689506ad1', 1795702288938, 'intent', 'link_account', '01moderator', 'harbour', '98b690fac34361a8061f6b2157546ea0d0752b2b645e297facbc648c2fe26299', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (57, '{"at":"1795702289010","deed":"signed_in","facts":{"address":"05cf2c00e94f557f0a9332dd0359d6aa55e27ba818dbe8f987e4c903b82f1932","role":"moderator","session":"2fa163ad4ad68253"},"index":57,"kind":"fact","operator":"01moderator","subject":null,"v":1}', '23d36236b36e42ada6ebf8ccf05d1fbce75a6209530f79f6fded6a775428e4ff', 1795702289010, 'fact', 'signed_in', '01moderator', NULL, NULL, NULL, NULL);
INSERT INTO public.ledger_entries VALUES (59, '{"at":"1795702289038","deed":"denied","facts":{"instance":null,"permission":"manage_operators","role":"contractor"},"index":59,"kind":"fact","operator":"01contractor","subject":null,"v":1}', '1893359e646c4fcd2c126b522e5e37815991b2e590fa33e74fa4f4fe227c5cf2', 1795702289038, 'fact', 'denied', '01contractor', NULL, NULL, NULL, NULL);
INSERT INTO public.ledger_entries VALUES (60, '{"at":"1795702289061","deed":"signed_in","facts":{"address":"05cf2c00e94f557f0a9332dd0359d6aa55e27ba818dbe8f987e4c903b82f1932","role":"auditor","session":"dca4b7c5a33e36cb"},"index":60,"kind":"fact","operator":"01auditor","subject":null,"v":1}', '72522b57ad34bb81c3e44b1950b89eed14f2acee6d491a4b17f6088434067ad7', 1795702289061, 'fact', 'signed_in', '01auditor', NULL, NULL, NULL, NULL);
INSERT INTO public.ledger_entries VALUES (61, '{"at":"1795702289066","deed":"signed_out","facts":{"session":"dca4b7c5a33e36cb"},"index":61,"kind":"fact","operator":"01auditor","subject":null,"v":1}', 'bd128b8e31aad9c9dfe6184f5185d278dc8f472dd90d96211361c6254c506751', 1795702289066, 'fact', 'signed_out', '01auditor', NULL, NULL, NULL, NULL);
INSERT INTO public.ledger_entries VALUES (95, '{"at":"1795702289217","deed":"reveal","facts":{"others closed":1},"index":95,"instance":"harbour","intent":94,"key":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a:230","kind":"outcome","outcome":"unknown","sealed":"xc6lL2wDbUgSoXehQgXzUKmV8HgjN6Q8Q6+NijMBOXhkAGMvjWi6HZWAjNjcEPPNY4bcUETZV9NNqGWMv8Y1zndXwku+Rm1/HTJVXHNaP9p37ED0lzYsgWEPfu634TaePnx2YnBmuksaXvQ3ouu4fRMV0vgFCPL4ayyqaHMUL4Iwb/cxNPj6","subject":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a","v":1}', 'f79815b1a7e6060e0c4da8d966cb2567b969c598ae99bae97ce1df5e48079e29', 1795702289217, 'outcome', 'reveal', NULL, 'harbour', '4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a', 94, 'unknown');
INSERT INTO public.ledger_entries VALUES (51, '{"acting":"console","at":"1795702288943","deed":"link_account","facts":{},"index":51,"instance":"harbour","key":"80897900bac48b6bc1eec3e0540eb10f0eb2402bec2c881c58501fc235eb1148:230","kind":"intent","mark":{"log":"0","strike":"0"},"operator":"01admin","permission":"link_account","role":"admin","sealed":"/wUe00cVcXWLmqsIc2rtiSbkFlAQsQ5FWY/i437nwpkMZS1q6ho/zC+/aCT2buC8HOg8cIDt21BtShMJJtPY2w+xyB2gpHi07tksJFvTsA6yjgASwG42rug6gi+yEgWRlH3gmhQVhX4hDEI5g0oXvwTqpE/2oplN0sZL11EcOShCR726IhsvJLT8qv3Pdrowsx42W6Z+kL1p1uprr2lzONIoAurDm/rVS/A69msX/s8OqCm+gFG0G4RpwU+wwg","session":"0123456789abcdef","subject":"80897900bac48b6bc1eec3e0540eb10f0eb2402bec2c881c58501fc235eb1148","v":1}', '09beba58adc3a70461e3930d07616cf3a344a3eefdc31fe848adb143973ee9cc', 1795702288943, 'intent', 'link_account', '01admin', 'harbour', '80897900bac48b6bc1eec3e0540eb10f0eb2402bec2c881c58501fc235eb1148', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (52, '{"at":"1795702288945","deed":"link_account","facts":{},"index":52,"instance":"harbour","intent":51,"key":"80897900bac48b6bc1eec3e0540eb10f0eb2402bec2c881c58501fc235eb1148:230","kind":"outcome","outcome":"succeeded","sealed":"AQrzHSPP2Rsrvs9jkapzkYwoqCEQDHuhOQXCvvFBCdVSQbF9QpwHTbfpjNkkFbZAkNKcmkunYcW8pVJHlNo","subject":"80897900bac48b6bc1eec3e0540eb10f0eb2402bec2c881c58501fc235eb1148","v":1}', '32abfe05a6485abf189c56ba10f7c5397ca43e56fe2d2dce4b57a06d7243b89c', 1795702288945, 'outcome', 'link_account', NULL, 'harbour', '80897900bac48b6bc1eec3e0540eb10f0eb2402bec2c881c58501fc235eb1148', 51, 'succeeded');
INSERT INTO public.ledger_entries VALUES (53, '{"acting":"console","at":"1795702288950","deed":"unlink_account","facts":{},"index":53,"instance":"harbour","key":"80897900bac48b6bc1eec3e0540eb10f0eb2402bec2c881c58501fc235eb1148:230","kind":"intent","mark":{"log":"0","strike":"0"},"operator":"01owner","permission":"manage_operators","role":"owner","sealed":"Nq2a1oax4mMcbcK7LW0jQrZL20vMKHn+oSkCrpw46XIAYMeIG+dlPPMnm7yyjIVKDR4rqVKhSIdGlQGEC5vsTFkuaZQzEA9FjajuqhVEsFUW79bin80FXlGfOIxJaWQ/8J2D70mPyEklp7q7RIiCuC346QIC9tzGDvU1CfJ/VA306Xe5UrE0/d8lWKTY2rgPbGYUoGi0k+b+Pz2JfBZAwZkAgMpayRufUuIX60gIkwPyJUWyrHWGHW1xUxYfHz+/xmaaumWFSbs287rL","session":"0123456789abcdef","subject":"80897900bac48b6bc1eec3e0540eb10f0eb2402bec2c881c58501fc235eb1148","v":1}', 'e3e0adaf68a4037accdba8a619e7ae5c374e22b1b8e1cff663ed8f13d7417aaf', 1795702288950, 'intent', 'unlink_account', '01owner', 'harbour', '80897900bac48b6bc1eec3e0540eb10f0eb2402bec2c881c58501fc235eb1148', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (54, '{"at":"1795702288952","deed":"unlink_account","facts":{},"index":54,"instance":"harbour","intent":53,"key":"80897900bac48b6bc1eec3e0540eb10f0eb2402bec2c881c58501fc235eb1148:230","kind":"outcome","outcome":"succeeded","sealed":"NW3XsvfluDkdbAnk4L/ynRNjx2SwSTROl81XIXVDjvaPvPy4rtcGj+C9JeFNBM09GS9W7SB9UY8K1MhQ0CA","subject":"80897900bac48b6bc1eec3e0540eb10f0eb2402bec2c881c58501fc235eb1148","v":1}', 'bbb50c39639cf58a511cd6f9a2516da9503d15738ee3ba762938f55dbb99170c', 1795702288952, 'outcome', 'unlink_account', NULL, 'harbour', '80897900bac48b6bc1eec3e0540eb10f0eb2402bec2c881c58501fc235eb1148', 53, 'succeeded');
INSERT INTO public.ledger_entries VALUES (55, '{"at":"1795702288959","deed":"second_factor_set","facts":{},"index":55,"kind":"fact","operator":"01second","subject":null,"v":1}', 'e294c9b5c5ae0ae900f95124be6143db9a7526ffa50696768d90000bfc73899f', 1795702288959, 'fact', 'second_factor_set', '01second', NULL, NULL, NULL, NULL);
INSERT INTO public.ledger_entries VALUES (58, '{"at":"1795702289032","deed":"signed_in","facts":{"address":"05cf2c00e94f557f0a9332dd0359d6aa55e27ba818dbe8f987e4c903b82f1932","role":"contractor","session":"5792d1b735752aa5"},"index":58,"kind":"fact","operator":"01contractor","subject":null,"v":1}', '1c0a7e36f003d950087305ddba0c745180adcfde25f002efc2beff3f93461eaf', 1795702289032, 'fact', 'signed_in', '01contractor', NULL, NULL, NULL, NULL);
INSERT INTO public.ledger_entries VALUES (62, '{"at":"1795702289085","deed":"sign_in_failed","facts":{"address":"05cf2c00e94f557f0a9332dd0359d6aa55e27ba818dbe8f987e4c903b82f1932"},"index":62,"kind":"fact","operator":"01owner","subject":"7554cbe168d60a0369c2db1200873357ebb94bc307d00b5b88a3576472618b94","v":1}', '346f1d7bc97be8c79092b8afa5104735c5d88d95aac84b2360b099e86d5e1e86', 1795702289085, 'fact', 'sign_in_failed', '01owner', NULL, '7554cbe168d60a0369c2db1200873357ebb94bc307d00b5b88a3576472618b94', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (65, '{"at":"1795702289134","deed":"decide_case","facts":{"others closed":0},"index":65,"instance":"harbour","intent":64,"key":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a:230","kind":"outcome","outcome":"succeeded","sealed":"5HCmPyNg43hMmNkZPIL21fpigk5lxiByK1vkd/SHKfEz5bDBkMMGz5ZxCm8aSHJR7DjceBUYUB0IGbPTG8JiqhZDUMiuPKbsxllRfK2MXU5MjXNPlAnymbplLNgXZdRQL5wxVMo8zyLezJuOXmBK09HG9t8qLBBDsEUs4tjuL/+fyHtxzA","subject":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a","v":1}', '0babc014d3ad3877595f23486338c23be605bf3abebac16f53b90deee0adeb85', 1795702289134, 'outcome', 'decide_case', NULL, 'harbour', '4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a', 64, 'succeeded');
INSERT INTO public.ledger_entries VALUES (68, '{"acting":{"service":"110000000000000000"},"at":"1795702289144","deed":"reverse_sanction","facts":{"before":{"disabled":false,"sensitized":true,"silenced":false,"suspended":false},"reversal":"unsilence"},"index":68,"instance":"harbour","key":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a:230","kind":"intent","mark":{"log":"42","strike":"7"},"operator":"01owner","permission":"decide_reports","role":"owner","sealed":"pisqo3xart2dZKfSgMzpE0YEWm/Uezx8OJ9QH6LEQphqiCopoWZEEpx+J7RBO887ROELLxquXbgDbQWd9ddAZuiegAX6r+24izx9PphZKOIWJi8ggztNn/g3AhGq/TfqvKdgO8f7Ptb8RNjKMFk2d9mKjrSVke4gXr0/vP6WacwcY45Qb8ifTtQ8NMAD2O1FgMrPqisgZchEycSl1ds5Wwo06v7h7he+zOxKGAK4ahzgLgK1KC8nCLrDc2mFY5SY6h6JvzIu394rHpQUvMbSyLA02/hXefnLvZ5UHSARrgsV1FMo15zSjU4Cpe/9GCedNcB4wCDoCW26fMopzil7eIX5H7RxRoQbVuwYeStrPSTNcIIa78k70yuMr8PKDFuE3KoY3e2Gjg","session":"0123456789abcdef","subject":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a","v":1}', 'b2e90eeba199abbacbd14e1075da3d41b9aa61bfcc80cb7615bf1169d974f285', 1795702289144, 'intent', 'reverse_sanction', '01owner', 'harbour', '4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (70, '{"acting":{"own":"110000000000000001"},"at":"1795702289151","deed":"reopen_report","facts":{},"index":70,"instance":"harbour","key":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a:230","kind":"intent","mark":{"log":"43","strike":"7"},"operator":"01owner","permission":"decide_reports","role":"owner","sealed":"+LMUwcxZGqplPOEZkQmsk7YizgG858phOLCZVYqczyZFAvPtnWvWmLAle3pgVc51E8D1AmBMKb390tgsm5QGmYyX4ud2hvnQtok1igeNOOSzyscFH8r+kXxSMHaKtx5/SgjrN3awm+XIItmkQ/eaGYjDIjqTiF2zIuH+NqpCGZEsCIOv0kgM5U78fwtSZQ0LkOlkIiYZqvpG5VpVkRq6sdfDbTnSZDNdFX6PZn0W1u9MMM3tsUrzjQ","session":"0123456789abcdef","subject":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a","v":1}', '250fdf079e3779676cfa1d857a3cf7e31791e727bb2b8c1abb05312d9acbc806', 1795702289151, 'intent', 'reopen_report', '01owner', 'harbour', '4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (74, '{"acting":{"service":"110000000000000000"},"at":"1795702289162","deed":"hold_case","facts":{"claim":true,"reports":1},"index":74,"instance":"harbour","key":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a:230","kind":"intent","mark":{"log":"45","strike":"7"},"operator":"01owner","permission":"decide_reports","role":"owner","sealed":"JS/O1nl/Ii3+klOPDa6mavWKUlq3YSDwz0yOe03mhee3BVfxB4phAQjcUWfb5Ti/5+cyN4hI2MIibma6aH7i72szKAs+XiIYN6jU64ZoCSSkoSYzcQqCxX0KYp9RVNTJCVSgOa55DoPTeGMLA1eYVTnKHAE2/55RbJYwu7CDUWGMhBbXt/lWXXaHhrwsgR1iltEWlnXBwLQgE4j/dQ2AYWdbXKcw/HNs4c3EYnORE6j5ma2z3UQg0V2I3g7LI3F1/C8srGeuVizfWjK9Cwszw532HpSlrsc","session":"0123456789abcdef","subject":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a","v":1}', 'f30c05f474b57cf49260777489b4a1a83b1a733e377463e31125d5f53b9f0327', 1795702289162, 'intent', 'hold_case', '01owner', 'harbour', '4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (64, '{"acting":{"own":"110000000000000001"},"at":"1795702289128","deed":"decide_case","facts":{"before":{"disabled":false,"sensitized":true,"silenced":false,"suspended":false},"decision":"silence","mail":true,"reports":2,"unread":3},"index":64,"instance":"harbour","key":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a:230","kind":"intent","mark":{"log":"40","strike":"7"},"operator":"01owner","permission":"decide_reports","role":"owner","sealed":"FrqZXaU4hPkTgEsQ0ghct9Ij+zBrMa15PPCIR8/U91nyIqBbdTzuNvhsQAolGl7cvm9N5QIilOKCVYztGZDFUT6u3Nu8MdhBoadWCja9sglE7a+Kj6BHwc5DfleZuy650r0VWbdolLwUpYWxYaYcbkbFnky+NZB96lduyLqSDi74F2lnf5jwOwmYXyiGtmQuvIERs8OYHb1sonO/97MfGWGu0azjdf+RBBt6aCeZ3sc/ZHSzxLoIxBRwk5aqP+VoPAuZeeMnvKln3TWd+AJxK2q0JA78KukfQ72hPjFcU1klVwrStp4L4zBsFxLMucBMiGLJb7OrG0aojD47Sk9QXKtdJTtTcBXTO4W3PrFk++A0QMGPFI+HtV/TEO2zNL0YDXy5zwLGEHbp/Nj7AZY9NgP4gdSvPW3xk4hSKKnqf+TsL3pVDGzvUjcC0CKVcZcZhkd3Y9j5HBBjjgJYHll5Gd041WMye/r4VA+nQBKNTUnJS8eLXgQ","session":"0123456789abcdef","subject":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a","v":1}', '6275f78aaa0a56349c9f2657e45b873c934e870b5c0bd4733e4e3d56d43710ac', 1795702289128, 'intent', 'decide_case', '01owner', 'harbour', '4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (67, '{"at":"1795702289141","deed":"decide_case","facts":{"others closed":1},"index":67,"instance":"harbour","intent":66,"key":"22f376fc84c23d352d1ae6d7cd6ec3a3446634536a91fb378c8a534ddab06fa3:230","kind":"outcome","outcome":"partly","sealed":"TcioxsJL2yKvlGaDwjTwqs7CeSOBHDW0po7ENcpylrfMLd4nz9slzrtbdWTReT1DatyLGTpCzuFs0btTLBwSwp8rqc+VhP63Kft2mJC9mqNDqF5hJv7rioAqJAHwG73ldf4NqFB2CQXxgkwbZNXFTrMjlhmDap/oW5H8OcW7278dRMKTxg","subject":"22f376fc84c23d352d1ae6d7cd6ec3a3446634536a91fb378c8a534ddab06fa3","v":1}', '8c8870824023ba2eaa8912f379cb0628939df12948bae12513c66c0f2d2dd47f', 1795702289141, 'outcome', 'decide_case', NULL, 'harbour', '22f376fc84c23d352d1ae6d7cd6ec3a3446634536a91fb378c8a534ddab06fa3', 66, 'partly');
INSERT INTO public.ledger_entries VALUES (71, '{"at":"1795702289155","deed":"reopen_report","facts":{"others closed":1},"index":71,"instance":"harbour","intent":70,"key":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a:230","kind":"outcome","outcome":"unknown","sealed":"N4T9FwGe7h44HNl0aWDRkhZRiRCrXRpZbnWHlRpIo4x4iAq41Z6Mhrpav7AncUL7ySN14bNhxHx/dAbRUi/BugvtCFP8XkF7HjCpVXoU9yaREsdMtzTVi3cQmS/8eAVhMQ6QGiORmDaMDWJqWE2hhEc0MqJyCJ8bV6kTqkyFkcLnewK1oA","subject":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a","v":1}', '36ecf3c9e4d9fc1230f3d3b27a2eb8305067b46c0ed12ffb48b09b388b17606e', 1795702289155, 'outcome', 'reopen_report', NULL, 'harbour', '4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a', 70, 'unknown');
INSERT INTO public.ledger_entries VALUES (75, '{"at":"1795702289164","deed":"hold_case","facts":{"others closed":1},"index":75,"instance":"harbour","intent":74,"key":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a:230","kind":"outcome","outcome":"refused","sealed":"l+hEih6iB3UPjjTFEEa1oOki7wIxrVNbKcofXxI29RRumNC1CImtF7vjACjfMcih4EVuwZhNcCgyzug/IRccRbSsbH4Pb/6Sl/2oK3ILv0eTjPFIl+iv7bjTzJyAR4l/Yl21mzUFVRsavgsmS2uS2qEmefrIQCYRvIib6EMyTMC61H95lg","subject":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a","v":1}', '96fadb288fee00a26d3c68e20df4392b6f0e90a989d208fa19377ee437ac23dc', 1795702289164, 'outcome', 'hold_case', NULL, 'harbour', '4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a', 74, 'refused');
INSERT INTO public.ledger_entries VALUES (79, '{"at":"1795702289173","deed":"hand_over_case","facts":{"others closed":1},"index":79,"instance":"harbour","intent":78,"key":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a:230","kind":"outcome","outcome":"partly","sealed":"wukMvSYuTbFA9zbJM1kWkvSyehW/vMg4JPq8alhKGtc7oNdzqzAeQH5mgHG7oIQMWhaT4k5Ixj3Bpv7S6EzX1OlQUcxxprkMOv1ApWzQLUwmsWalowQxxxwVXs0f6KaTPnV+kxkeuN3NXZDI7FSBjaXJVUsgj4VE0tRZCVEJQ9JYbbhi0g","subject":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a","v":1}', 'bbe03ae3b4df8eb7327104e0a1327a11fc9a8119257892199df214a299b2ee71', 1795702289173, 'outcome', 'hand_over_case', NULL, 'harbour', '4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a', 78, 'partly');
INSERT INTO public.ledger_entries VALUES (82, '{"acting":{"own":"110000000000000001"},"at":"1795702289180","deed":"set_registrations","facts":{"after":"none","before":["--- open\n"]},"index":82,"instance":"harbour","key":"e9e6854b6bb61632fb51e60c89cd022aae69ee167724e5379d11c9f6297c9db8:230","kind":"intent","mark":{"log":"49","strike":"7"},"operator":"01owner","permission":"close_registrations","role":"owner","sealed":"lahrTt57IRyB+9h4Sw7GRT9uITSRD3oAabU0i2Kbd3fnRJ8hohp8WjKrsKseIs/igQ2RNlmjL3VKelXDC51CNdEz81zetxb7dPhe/Ss4yrKRsGDNnrzUQ/TqsV7PDklCUSSIOycWm2MoOCHnq+uMAL4w0jGl6DbIjknxpXpo9B9tB3LRYldqmyoikecBn3yd73gfS+86IzA1cnc7Ld9MF2GkRNBwePvrDHHA8paYuZF7Y+Oqp5aNnWPWZRpCfaW7X+BEP2NK9y6ixl/KnzhPx8UcszGiWtstWv+1d7Z5f0FLHxuuPaCu3lUnoTKSJr95Ttw","session":"0123456789abcdef","subject":"e9e6854b6bb61632fb51e60c89cd022aae69ee167724e5379d11c9f6297c9db8","v":1}', '4a813564de820e29d1408171a89e4d8a1a5664b9d2e5e3513d749ab78d0c71d1', 1795702289180, 'intent', 'set_registrations', '01owner', 'harbour', 'e9e6854b6bb61632fb51e60c89cd022aae69ee167724e5379d11c9f6297c9db8', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (88, '{"acting":{"own":"110000000000000001"},"at":"1795702289200","deed":"decide_sign_up","facts":{"approve":false,"confirmed":true},"index":88,"instance":"harbour","key":"734c3378009fadea50fdff3ed07d8793f9d4ea94074a3a36fd1ebde0867522bb:230","kind":"intent","mark":{"log":"52","strike":"7"},"operator":"01owner","permission":"decide_sign_ups","role":"owner","sealed":"ag2ewbvri9BT92GRDXOKrdJswxfvATXursEewsEADqBokzJzwl+EBicUZLuIV+TXzNAQb74Ps3/KPAlEnwUmRwDAMDqlSyOkI5Sx7IZjSqZLDXxk7z4Zx1RLRwRxREsEZaQSPW9OZaVr7IAldH3rjF+O47DEb7SfbLf9LRCuP4mSPoEAxgGOoifErRxgLRpnVQd0S5tQyNRzPYUIhxAxdmmBsFionFJNkp4SQ3Nzcip6yEKbYfnULEAFQnuiIFybpWdx9cVY5h7xXQD6h7A8tLw7qgMvAWjA5JUULSfT59fsUpYXEMg3Hh/RDosMjNSgA4MOCZM4S8IpAPnimPgR59u0","session":"0123456789abcdef","subject":"734c3378009fadea50fdff3ed07d8793f9d4ea94074a3a36fd1ebde0867522bb","v":1}', '0b974173b3d34247efb410c02e98a361048af424b887c6d0bd4a79a69426a75f', 1795702289200, 'intent', 'decide_sign_up', '01owner', 'harbour', '734c3378009fadea50fdff3ed07d8793f9d4ea94074a3a36fd1ebde0867522bb', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (91, '{"at":"1795702289208","deed":"search_personal","facts":{"others closed":1},"index":91,"instance":"harbour","intent":90,"key":"6cb8945e9e1b9c44837463c0bff3c1ac8537c87db1ed7b73f114387f6a093b01:230","kind":"outcome","outcome":"partly","sealed":"EDtDCQyweNBgWt7DWn1/C9YAbnjPmReajMUyZCIHxulk6Y9dmIc+DBd+WTOnvjS2aLzIEL6Y22uFL/EQJpEAJK65pxP0wlYJqspapvUKEk9KAkv1adSlNMlkfqLQxY8V7tf1SA4EpTR+LIFEYN19Rs7WmE/ni/8L0Du0uD3yhAMigfEDoi4j","subject":"6cb8945e9e1b9c44837463c0bff3c1ac8537c87db1ed7b73f114387f6a093b01","v":1}', '3804a4ee3d7ea42547f5e769eecf53946ba1749ffc64826aeae1198fd301ee91', 1795702289208, 'outcome', 'search_personal', NULL, 'harbour', '6cb8945e9e1b9c44837463c0bff3c1ac8537c87db1ed7b73f114387f6a093b01', 90, 'partly');
INSERT INTO public.ledger_entries VALUES (119, '{"at":"1795702289287","deed":"change_mail_domain_block","facts":{"others closed":1},"index":119,"instance":"harbour","intent":118,"key":"54d47efc35f81036d519bb156c671a269c118a13e52f12f13083a1990eadb214:230","kind":"outcome","outcome":"unknown","sealed":"8EK5Lbz48srHExjnOL5XIDuGdN6IMDfRtodfgmiA7RGuTTf3RIzlkL7D8smZBhKTKAV8XG1ZFn6BsorNh6cWPD5uug7q8nNPjsgWG3ySC33QzrlbFDkcQWauaePr85/XlzhbAaExUqBwYDT6dqcco9tL5aiWki8ZCZ8IrOkT/O5W+0aLbrpu","subject":"54d47efc35f81036d519bb156c671a269c118a13e52f12f13083a1990eadb214","v":1}', 'c60ceeb8b5462a29a521c3758bd286b7963e93dd082390ade3d02b7fbc9dd7f9', 1795702289287, 'outcome', 'change_mail_domain_block', NULL, 'harbour', '54d47efc35f81036d519bb156c671a269c118a13e52f12f13083a1990eadb214', 118, 'unknown');
INSERT INTO public.ledger_entries VALUES (66, '{"acting":{"service":"110000000000000000"},"at":"1795702289137","deed":"decide_case","facts":{"before":{"disabled":false,"sensitized":true,"silenced":false,"suspended":false},"decision":"resolve","mail":false,"reports":1,"unread":0},"index":66,"instance":"harbour","key":"22f376fc84c23d352d1ae6d7cd6ec3a3446634536a91fb378c8a534ddab06fa3:230","kind":"intent","mark":{"log":"41","strike":"7"},"operator":"01owner","permission":"decide_about_staff","role":"owner","sealed":"vqQiHSshf/Sa6MOM8AW+EzL2uRpvk9dWfYmc8i0B8qV7ZQ0xUJbIDITcotdlfDbIFI+u5dNSb2Q2vGU7UZT2r4Ic5TV0+Qf11jcVzI3vFVFbh9HTQTt28YhwXw0zgn4YMNPk/vFU/UEt+8/MacbmNzOisGZv75udJYu2sMSLDNGvTZ00Uu5RUo2Zw6v9Pv8wb16xCrSTcqwG6MVPgPvLppgGgLso9LUmTck+2NtZUzD4x7c/s5A8EjglOxZhqrf4dsIVLCUo8vIMXllh1dGigrMXUgiEVGX8vbEfQa/khpBEe703b9kbMCzJuea365SduM22icmhd+JJuF9rU3wAxDZTh76wssrB3tlS6k4svyX3QOSXtUyAZJ+8tZzpnCJyiZXnKW79B66ogBbX5J1/XPUnkzYHqi4IMMerPagvkvspmndhhDBM7D3GLF2FnncvWXufw/lNhN5dDKAu","session":"0123456789abcdef","subject":"22f376fc84c23d352d1ae6d7cd6ec3a3446634536a91fb378c8a534ddab06fa3","v":1}', '0d853645f69963fff48e965bc483832807bd6a8c0ae079d3e2e704a1c590ac24', 1795702289137, 'intent', 'decide_case', '01owner', 'harbour', '22f376fc84c23d352d1ae6d7cd6ec3a3446634536a91fb378c8a534ddab06fa3', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (69, '{"at":"1795702289146","deed":"reverse_sanction","facts":{"others closed":0},"index":69,"instance":"harbour","intent":68,"key":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a:230","kind":"outcome","outcome":"failed","sealed":"HYMa8JiOSD6LVSf82kSVzUjmXtedUD9xIpg+TNsWp9YSZ2TkjB2ifeILNCJz2hDA/ECS7KhZeXZ0wU6zypOXKcjP46L3wTx7WwYb4HpwNV6G7DNSekQ52DEGP3tAJonqLWiyelTqhqj9lj6dAmLxJJY7ZECYkKPnnwYh8Cr1GWvgYSQqpg","subject":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a","v":1}', 'fbffec8eb65af06b85407fc54754dc02234478681c2bb5bcad746bd3cb806cac', 1795702289146, 'outcome', 'reverse_sanction', NULL, 'harbour', '4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a', 68, 'failed');
INSERT INTO public.ledger_entries VALUES (73, '{"at":"1795702289160","deed":"change_category","facts":{"others closed":0},"index":73,"instance":"harbour","intent":72,"key":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a:230","kind":"outcome","outcome":"stale","sealed":"Wa3C/HaWr/mhHhsAniY7CpwKvSkoHqtvP8l7f/hCD5qpxbefnzX9E703NCJyOxxN7nNAvN5Zle3QJAvmuwnbhfF6g41zZb8oOy2Yjh46UDc3adrf8D/k+VE8lpJtx667PH6YyigCcEDXiv5ROLx6dk79KLZ171i4dXWFBGq/5W6pyMs1Knd2GRl+MnQv1Lb40lU","subject":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a","v":1}', 'bec794bc9b6b9c12735fd15180fcba92d56e040bfa6879cdb973eb0189b15661', 1795702289160, 'outcome', 'change_category', NULL, 'harbour', '4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a', 72, 'stale');
INSERT INTO public.ledger_entries VALUES (77, '{"at":"1795702289168","deed":"hold_case","facts":{"others closed":0},"index":77,"instance":"harbour","intent":76,"key":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a:230","kind":"outcome","outcome":"succeeded","sealed":"DRJ7qA951D9Ri7kQO+LpsNavzwjYyOND/76HdVMHrgcN0tL6Wqrz8ybPqLbxNtdCREN+1lflCO6fKzEt8RhRka0Wvd1W96xVZqqLg6AfiQ4QjkUCGEwKyM5o5gqRrgwt81pt7PdZAoAR1uQc4PSRjJpXXEOJPjd7iSZO8hV5HaKoENFWZA","subject":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a","v":1}', 'b61a34d5dc9c6e41b7c9709e2f8834659eb068bfc15f36df19949234c9c1bc5f', 1795702289168, 'outcome', 'hold_case', NULL, 'harbour', '4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a', 76, 'succeeded');
INSERT INTO public.ledger_entries VALUES (80, '{"acting":{"service":"110000000000000000"},"at":"1795702289175","deed":"set_registrations","facts":{"after":"open","before":["--- none\n",null]},"index":80,"instance":"harbour","key":"e9e6854b6bb61632fb51e60c89cd022aae69ee167724e5379d11c9f6297c9db8:230","kind":"intent","mark":{"log":"48","strike":"7"},"operator":"01owner","permission":"open_registrations","role":"owner","sealed":"iEXWnkwwbK2xnGrzts2j2TznuZVf6qjsvOSnPwCiFPVlrYqH3+KaeLLjpwth8XvNJoPAupgJf9eQG8/MSNpWim+AODbEGwiiLh9Ulr4i6NrkodDVU5O5aR2gGFZfgPS7obe2Q41YFATBXjPzCH9v0nhOxBqaRknrykCSRj+Z8937+P8A5VAQ6wr000z6vhNdIIGXUVJ7JV1NVPZ2xDBmj7EHzvgJE9V4BSCQ9b158qHoZ05if9//ZaBar6Rx8ZaRj69SymKdFP8PmzWAt41xpoKHXnvKFJSpBJQvgqxg","session":"0123456789abcdef","subject":"e9e6854b6bb61632fb51e60c89cd022aae69ee167724e5379d11c9f6297c9db8","v":1}', '920401fa7f943f63d664440c443b40bf887ae8cbe6a125915a20b5379e85940d', 1795702289175, 'intent', 'set_registrations', '01owner', 'harbour', 'e9e6854b6bb61632fb51e60c89cd022aae69ee167724e5379d11c9f6297c9db8', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (127, '{"at":"1795702289320","deed":"lift_address_block","facts":{"others closed":1},"index":127,"instance":"harbour","intent":126,"key":"cc49ee540f2660a21cee909c7cbdda5c4cbeba3cce622e88ba98e80d4d9c9162:230","kind":"outcome","outcome":"partly","sealed":"I7hRPOD1Tr+KVQlAl1im9wz7dYcTNB2IBznlErmauta3NgtJR1vh8jQ5Y1SPUgw1ztIOSOpRNVw9/1jCDJUMDb80v2xJkUtG1EtC672m4zYtMaAE2sX8baFCm2FSbwhwgafnCASmIvvkX35KIZMyvjbc5ViuzROjUyddFG2UhAT6tIaCHSCA","subject":"cc49ee540f2660a21cee909c7cbdda5c4cbeba3cce622e88ba98e80d4d9c9162","v":1}', '6a5fecc72baab54ee8cf670dafd28970584ad377cb2c2cbb9a99bfa190119e59', 1795702289320, 'outcome', 'lift_address_block', NULL, 'harbour', 'cc49ee540f2660a21cee909c7cbdda5c4cbeba3cce622e88ba98e80d4d9c9162', 126, 'partly');
INSERT INTO public.ledger_entries VALUES (130, '{"acting":"console","at":"1795702289330","deed":"export_record","facts":{"form":"json_lines","narrowed":true},"index":130,"instance":null,"key":"65edca076bf899982805943bcbdd9ed8c5fc2cd97c179142409bb5513a8a55e5:230","kind":"intent","mark":{"log":"73","strike":"7"},"operator":"01owner","permission":"check_ledger","role":"owner","sealed":"eMhXn8398PnBgcZMqj/G0m3hRRp2MAqFhdUE9nk6RpK0o+aX51uZGlWD9k6kMehEIl+EkcU6LvUmx5P+q6AAgyV3W7KjguAa6fk8i8O09cBM312jFjzBDjqvwjKQBxXyZlycW1z7LDokdlHCAbefs9fgIK1OHwp4EK7zvLN2hXdE3CBP8mg1L1MVXfyNGtvsqBLE0A","session":"0123456789abcdef","subject":"65edca076bf899982805943bcbdd9ed8c5fc2cd97c179142409bb5513a8a55e5","v":1}', 'c059e695ba5c5e13f045cfb84648e435b92a73da13469ad1bf37f92a3b902085', 1795702289330, 'intent', 'export_record', '01owner', NULL, '65edca076bf899982805943bcbdd9ed8c5fc2cd97c179142409bb5513a8a55e5', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (134, '{"acting":"console","at":"1795702289341","deed":"export_sheet","facts":{"month":"2026-11","operator":"01contractor"},"index":134,"instance":null,"key":"5ddb4672d147b6fcf6be602f64a5dd56ff408e71e28e0046dec4f071ac035c6c:230","kind":"intent","mark":{"log":"75","strike":"7"},"operator":"01owner","permission":"check_ledger","role":"owner","sealed":"bUzu9ed4TIuoYQufiYg6VOGSTEZkQ+hTahAee4cLBHWUvV8HfQpS+BT70cdcdU13VnBFkHjUhhXfSuovbzbTfMZYfyenZVDMXWMyRehJvc6oYxBxWMLSRyhuO6r1I69T7Sy9t4DJ8Gvmp6DfQNwiFntexdZ6v9wWx2k75L2n53mmgimsqazQw1vcTQ1fopuSMgLFqwf7bdwCnAXkz0Qd/rO1dVEuNNzr","session":"0123456789abcdef","subject":"5ddb4672d147b6fcf6be602f64a5dd56ff408e71e28e0046dec4f071ac035c6c","v":1}', '75438121e4279c28560f254d476a00e3902ecb0f4b2dc7a54767b4ceeb0a84e8', 1795702289341, 'intent', 'export_sheet', '01owner', NULL, '5ddb4672d147b6fcf6be602f64a5dd56ff408e71e28e0046dec4f071ac035c6c', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (137, '{"at":"1795702289347","deed":"leave_role","facts":{"others closed":0},"index":137,"instance":"harbour","intent":136,"key":"4a96e9e239687252e987043df75aa3a28c23196cb6b7231ded1f40c57cadaa65:230","kind":"outcome","outcome":"succeeded","sealed":"nAWgvMDBESN9prCG/RQucOw76/hjVMSX0HwzzZqXugKqEL1GRKT/e2Wzua88Srk8FBKRhIgNVk1NtGpMtB/7xeCOSml9iDqejA3RUa/K6hu8Zft2677r5gXEL8CV93X7sfMssPexFxB9Yb+nZ6X+wY4zi60mTig0xwKHXNtf+ZUItm+KWFia","subject":"4a96e9e239687252e987043df75aa3a28c23196cb6b7231ded1f40c57cadaa65","v":1}', '63ea909783cc9c071e9ddacb1b3e56510f52a4cd2ae00325b06b9a4be52bfbd8', 1795702289347, 'outcome', 'leave_role', NULL, 'harbour', '4a96e9e239687252e987043df75aa3a28c23196cb6b7231ded1f40c57cadaa65', 136, 'succeeded');
INSERT INTO public.ledger_entries VALUES (72, '{"acting":{"service":"110000000000000000"},"at":"1795702289157","deed":"change_category","facts":{"after":"violation","before":"other"},"index":72,"instance":"harbour","key":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a:230","kind":"intent","mark":{"log":"44","strike":"7"},"operator":"01owner","permission":"decide_reports","role":"owner","sealed":"7UTUtg1XNIrfg/8P0qisYErADtfe+cVCRfQ5N9BNiCJCOmL/hlgskxFhrzq9sPj8KAMKY8SIAPOTjsMmLPLrHkoPwY/i0ZKbbevtcyBmDseIinxDCcVnY380HxcmcHCOGmeWW1F2gE3HYaRihvkeMBRfsSkUxUMnMD9dJs6pUzel6wfQlUSPuF7scQXy2v/P/YpSwjvCsUFB+XPYj+XnqFZVSMV0ALAkRjKRdGPi/4oRlqFGgd6BKZVJduc/LLh32YoRag5EIQnYp1C5+e46wLumhwNcGy2bCgCEiAadm307AJp1HbSXmsqO46KW1ZruoDGW0c6aiZHCbQvKCnFx3YhRpGNixrW32A","session":"0123456789abcdef","subject":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a","v":1}', 'f0976cfc6e382b9eacda710328da99c1d4b4ade42db243de6521a7d4d02367bc', 1795702289157, 'intent', 'change_category', '01owner', 'harbour', '4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (76, '{"acting":{"own":"110000000000000001"},"at":"1795702289166","deed":"hold_case","facts":{"claim":false,"reports":1},"index":76,"instance":"harbour","key":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a:230","kind":"intent","mark":{"log":"46","strike":"7"},"operator":"01owner","permission":"decide_reports","role":"owner","sealed":"Zk+tvjOEODGGgvLFVjRAmBtr3fywbgl4Fc/1jnYYov1IEjnOvzZamdV2pTMf0vK2EtdfH+sE4rtIgdGLG8Ok28Rw1CrKFvFcVSrI6QgkTyvY7LU69srC76ad2iRCMU7BCoC3rG3bFR7+m/wVKQHT9jkRGwx9y0844J2MslTMPHFw06pj4ZbQLbKswjBBmrcyaKCn855g1FaVE8K4St1ewQuJBB1h6WnjeF6GDC/utBy2NzK2qq1w+n6D/205SM+hhuzVTISoTf69k3he48xC1/dvxfpJ2CMO7BT4SQfWTFdy","session":"0123456789abcdef","subject":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a","v":1}', 'ca65d107247589941a1c80a285c1b594c7168fd57752fdfc8dd0bbd0a6edd434', 1795702289166, 'intent', 'hold_case', '01owner', 'harbour', '4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (83, '{"at":"1795702289182","deed":"set_registrations","facts":{"others closed":1},"index":83,"instance":"harbour","intent":82,"key":"e9e6854b6bb61632fb51e60c89cd022aae69ee167724e5379d11c9f6297c9db8:230","kind":"outcome","outcome":"unknown","sealed":"Uw1WGC/3tWWzCAx5s/XDjvoscUrZ/R23pDWvqr7Tz2c1k/4C1OGCOHvIntg3+1E6u0JA7BNI3OmAlUxVbw6UlSWFlL0Vpv3JFdk1nTE85BeHElimIXuf7Z1+H21bYksA+Exu8YOXP910ofkcvbVwenEosvp6buI70cgulgRX8rvzk2HHig","subject":"e9e6854b6bb61632fb51e60c89cd022aae69ee167724e5379d11c9f6297c9db8","v":1}', '9ec381f2f72132b7e644561de21411280376439579dc0310ddd99cd9b63493d6', 1795702289182, 'outcome', 'set_registrations', NULL, 'harbour', 'e9e6854b6bb61632fb51e60c89cd022aae69ee167724e5379d11c9f6297c9db8', 82, 'unknown');
INSERT INTO public.ledger_entries VALUES (86, '{"acting":{"service":"110000000000000000"},"at":"1795702289190","deed":"decide_sign_up","facts":{"approve":true,"confirmed":false},"index":86,"instance":"harbour","key":"2f05b9985ea9e6a7fb500904231ceafcec3ba70a9e7c87bffb28129de24f9ca7:230","kind":"intent","mark":{"log":"51","strike":"7"},"operator":"01owner","permission":"decide_sign_ups","role":"owner","sealed":"eG7Md85FhfNiK06S2fW3Av7hmWaNuB9TVDBykDlAtaSuaaA7WkBMWir4VfO3g3fuT+qGBH0Nm9oSCN+og3ThmQQ2YCIRPEbC3gQpJI5SH40WA8NOyeFuFWpeoMCiJ7DO6TqueJbPCRO1xjDT2gbCqNKxw7kzd2XvosL2pIS0S56+Q7F9utTc8GnF6MLftkAPRhzMQvFQcchEi99DDlJ8lVcmSrFBDGbwD7qH1wvBqbqUKXGf5Q42z7LNSvPHQGuWp4ZfJzIqYK/UVwoJfFiz2ShiLuqr6ynP/X1hP/jmjRzrnWmaEM6UuDkrKcCCe5IBrvaf276UpfUkaC80lE1nDjkk","session":"0123456789abcdef","subject":"2f05b9985ea9e6a7fb500904231ceafcec3ba70a9e7c87bffb28129de24f9ca7","v":1}', 'bfd7a100655ace0eddf393af549479cc6c0356d4a84292bde603bd8bd58181e4', 1795702289190, 'intent', 'decide_sign_up', '01owner', 'harbour', '2f05b9985ea9e6a7fb500904231ceafcec3ba70a9e7c87bffb28129de24f9ca7', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (89, '{"at":"1795702289204","deed":"decide_sign_up","facts":{"others closed":0},"index":89,"instance":"harbour","intent":88,"key":"734c3378009fadea50fdff3ed07d8793f9d4ea94074a3a36fd1ebde0867522bb:230","kind":"outcome","outcome":"succeeded","sealed":"TdoQV0tpq+I5S46d1UK4LHae1xhva1wbzjtLe/w8z1tnf8R5VANiHM2AzFCbCEuSzQwcwRyS0gx5IFacexLHGFNFzaHIZDlqC2lJ73GzkCcHwaJg7nUfAQV5jlZQW+exnXKaQkLGkPCLQNJrzzT/t3IibDse0CV+t+ScmjWSzqTEg0SYoWFB","subject":"734c3378009fadea50fdff3ed07d8793f9d4ea94074a3a36fd1ebde0867522bb","v":1}', '84961458a3edbbbd7657ee0b4d886a85d8145eb3bc1322dbd1625db70b176cb7', 1795702289204, 'outcome', 'decide_sign_up', NULL, 'harbour', '734c3378009fadea50fdff3ed07d8793f9d4ea94074a3a36fd1ebde0867522bb', 88, 'succeeded');
INSERT INTO public.ledger_entries VALUES (92, '{"acting":{"service":"110000000000000000"},"at":"1795702289210","deed":"search_personal","facts":{"by":"address"},"index":92,"instance":"harbour","key":"6cb8945e9e1b9c44837463c0bff3c1ac8537c87db1ed7b73f114387f6a093b01:230","kind":"intent","mark":{"log":"54","strike":"7"},"operator":"01owner","permission":"search_personal","role":"owner","sealed":"NydEyxDdtsSTWkZYV2TfaoAbBpjHj1EkNQh6qwhShTsl6vVcBGpi1rZG5vkDv2ZnWFybjusyV2oCRZU/gMJRBHhBpOFAl2V8pGgBkPxkwBel90+EpVBMbMzo1Ok2WtgiUi8aKoHWsr7WM+7HWpnMGPlqERUa0+poUk+mPdbFONfjeQ3LxVTXqNNijVRTeRM+0HUQ8yrJi6Q/Fplvvd88j9oSvtdS","session":"0123456789abcdef","subject":"6cb8945e9e1b9c44837463c0bff3c1ac8537c87db1ed7b73f114387f6a093b01","v":1}', '4be177671352ee677d2d65f5b2acb77c4ba7301abbce8289c7d372c7ccbd2ffb', 1795702289210, 'intent', 'search_personal', '01owner', 'harbour', '6cb8945e9e1b9c44837463c0bff3c1ac8537c87db1ed7b73f114387f6a093b01', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (96, '{"acting":{"service":"110000000000000000"},"at":"1795702289218","deed":"reveal","facts":{"what":"sign_up_address"},"index":96,"instance":"harbour","key":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a:230","kind":"intent","mark":{"log":"56","strike":"7"},"operator":"01owner","permission":"reveal","role":"owner","sealed":"VMBm8q3py+lb8HO4z0RRnJUyxx1AcfbtnDtiZx0LecxVey2YGwAMllJb6+lknDJl4a+y6Re06mpr0+3hS+ESLu4khRLKa95l6d9xMeUWliqPyxuLRJZVNPINC2w3E9zaRTBRuo+Yyjxy6F2q/Z4gpZn3NRwJebh/MPfuOLVPxRzIzpeV4D8RjPmhdtygcbe0l7aBTz9I3Exq8jo/FznYT8/Fnv3KtReuCWyLJZTfi9tU9piGpWOxU2RDGSO6","session":"0123456789abcdef","subject":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a","v":1}', '6a576e3f35ca8b09e9423b21cd7bc3bedefa192e38bd9bcf4a8758152a391ebe', 1795702289218, 'intent', 'reveal', '01owner', 'harbour', '4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (100, '{"acting":{"own":"110000000000000001"},"at":"1795702289226","deed":"reveal","facts":{"what":"seen_address"},"index":100,"instance":"harbour","key":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a:230","kind":"intent","mark":{"log":"58","strike":"7"},"operator":"01owner","permission":"reveal","role":"owner","sealed":"rOyoncDx/5hoL7GY/WaKg05ACaiES0u2srWcGkvMgVcCvqk6KgMt+t6t/Oo54OX2Yfv7X7bJbeiWhHjSh3pY/aCpI8zjgWhs5Oh4BrwsAOqyYJl/HmKC538LqoWuAYcsjsLEFAVGfKOIqAzqxl3EUyTQQh58xHTayy2FeWF0OY3N/TgZ25pr5Rs+eekuFBs7l2pgP85WpeKaEg7dGpjDTnTMUB+XmlAHe010yFWfbpfOPfRB6EhpXph8jkJUs3RHCQ","session":"0123456789abcdef","subject":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a","v":1}', '79913554469715fdf4fe0b39a4c0a21ed022abacfad2df27ad792bda500a6b7a', 1795702289226, 'intent', 'reveal', '01owner', 'harbour', '4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (117, '{"at":"1795702289284","deed":"block_mail_domain","facts":{"others closed":0},"index":117,"instance":"harbour","intent":116,"key":"54d47efc35f81036d519bb156c671a269c118a13e52f12f13083a1990eadb214:230","kind":"outcome","outcome":"failed","sealed":"surkZOmW36ANzCRfASIA/KnxUSejLusw/POnNJx8LqHkjECB0/jDkWBIusq4JJFdgOJxsLk46ollNuJfrAVgUW1jctReHdBh0dcUGcb7rpSRxYyRC8MARmamWyQowSDYhooVe6Danr16yJSlw5vljQjqP+oT+LyJQtICaM6QAAlPLTDW8/p7","subject":"54d47efc35f81036d519bb156c671a269c118a13e52f12f13083a1990eadb214","v":1}', '7e65e94554b639b11a071a97d8eff9d58898623b5ba7a1024f0a045b143bd214', 1795702289284, 'outcome', 'block_mail_domain', NULL, 'harbour', '54d47efc35f81036d519bb156c671a269c118a13e52f12f13083a1990eadb214', 116, 'failed');
INSERT INTO public.ledger_entries VALUES (78, '{"acting":{"service":"110000000000000000"},"at":"1795702289170","deed":"hand_over_case","facts":{"to":"01admin"},"index":78,"instance":"harbour","key":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a:230","kind":"intent","mark":{"log":"47","strike":"7"},"operator":"01owner","permission":"decide_reports","role":"owner","sealed":"dd7STu32bNIA4rMidMVqVyvsq8/Ko+2LeDyp5/keIS7j5dOXruwW24H+GHcDmIyTubV+RthO0k4stA5dtk2Zkzct1OUAGUgK7rDALUAqy3mkx2IW693lU85GwfCyK5uTgHmFzeo4BkjhQZzCfXA4McVMAib5UFPTEhLNr0Lh6hir04U8wvhH0wQh/0a0Byk4zWFJqTTj/WL786zK37sFOC0y1nrl3dJgZs/nxm0CNctciUZINE1DNSEEcT5oc4l0wuJqtMsJBdp/8G4T7yo6Jge05TW/hnftfqNzTjC//JlYOjI","session":"0123456789abcdef","subject":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a","v":1}', 'a31e14292f82d20e50345294afa2d4a0c6eaf8baa8a8898fc6eabbd3737dc048', 1795702289170, 'intent', 'hand_over_case', '01owner', 'harbour', '4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (81, '{"at":"1795702289178","deed":"set_registrations","facts":{"others closed":0},"index":81,"instance":"harbour","intent":80,"key":"e9e6854b6bb61632fb51e60c89cd022aae69ee167724e5379d11c9f6297c9db8:230","kind":"outcome","outcome":"failed","sealed":"eUJhVHm7xCRQ4I3ScCt8ag23zD0V3I0mIJzh18TyujB7ZkmOhZ8QlIegYihqloMAAs2ENsP6WEB/Vf6r40aBv32gPvuYgKlSh8qiVXDi/m7gS/BFh3tduZPzXiA9LZYV2yjbmrjm/d1/fKzx1GogOvyUPHjB9XrJoI+eL1Pu8g0O359klg","subject":"e9e6854b6bb61632fb51e60c89cd022aae69ee167724e5379d11c9f6297c9db8","v":1}', 'bfa042f34b1aca635901c8304e528460d51846e90bfef34ef2863ad183171d5d', 1795702289178, 'outcome', 'set_registrations', NULL, 'harbour', 'e9e6854b6bb61632fb51e60c89cd022aae69ee167724e5379d11c9f6297c9db8', 80, 'failed');
INSERT INTO public.ledger_entries VALUES (85, '{"at":"1795702289187","deed":"set_registrations","facts":{"others closed":0},"index":85,"instance":"harbour","intent":84,"key":"e9e6854b6bb61632fb51e60c89cd022aae69ee167724e5379d11c9f6297c9db8:230","kind":"outcome","outcome":"stale","sealed":"+uF9ym1oc/Co2fmHd9vjirsQcMIqRPBGBMZXgvpM1fAG0ZLTvhCflnVtdbMHaTRFWoNw5EcoxKDOcMFjJCDWY6d6OGzmXnSl8G9D3GUoNmuaytC7B+uHbYL8zy9sN7nWLfKb6oQuLrYQzQ94Uug5ZiV37re7dqwQqaUhiOvflaMH/lDF/NfWWpayRi1a8PJCbVsc","subject":"e9e6854b6bb61632fb51e60c89cd022aae69ee167724e5379d11c9f6297c9db8","v":1}', '051de9c4e5c68bdf4fedb49f0e83283fd2460e3f5675ac7b96dcb9d4c48a6e5a', 1795702289187, 'outcome', 'set_registrations', NULL, 'harbour', 'e9e6854b6bb61632fb51e60c89cd022aae69ee167724e5379d11c9f6297c9db8', 84, 'stale');
INSERT INTO public.ledger_entries VALUES (90, '{"acting":{"service":"110000000000000000"},"at":"1795702289205","deed":"search_personal","facts":{"by":"email"},"index":90,"instance":"harbour","key":"6cb8945e9e1b9c44837463c0bff3c1ac8537c87db1ed7b73f114387f6a093b01:230","kind":"intent","mark":{"log":"53","strike":"7"},"operator":"01owner","permission":"search_personal","role":"owner","sealed":"w2DYUcWEP0mO/DpjG9tYrsJfSUAIHkCBlgoKfNg7SvRbCFgN5j92PmTdYvhffZ4UPDXOY5joNy/FPqgVqwZia8Xdm5Ogi+aOUgZm8ViY4E6HOa56bBCBd7SJZloDkOtY3IB8IeXyMb7MiGCYFO71Xhy+Dn1JNl34fc/1HysjbA5h2juhMaqDW0hKNEv1XzSOSvvt0zeMLDhGPm/MgKG+22+uhe/88xxy","session":"0123456789abcdef","subject":"6cb8945e9e1b9c44837463c0bff3c1ac8537c87db1ed7b73f114387f6a093b01","v":1}', '425a5d30de3a4abd85cc7e8f7735bdbf18acb9f354647195e123045aabb244d5', 1795702289205, 'intent', 'search_personal', '01owner', 'harbour', '6cb8945e9e1b9c44837463c0bff3c1ac8537c87db1ed7b73f114387f6a093b01', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (94, '{"acting":{"own":"110000000000000001"},"at":"1795702289214","deed":"reveal","facts":{"what":"email"},"index":94,"instance":"harbour","key":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a:230","kind":"intent","mark":{"log":"55","strike":"7"},"operator":"01owner","permission":"reveal","role":"owner","sealed":"nBHxt/A1FHU9RXqopHdmEzPDbYbebK7ugJ+RqLwqO+Kp5hQQtkcXAOzdQfuTPOrZHfErFGsrK37nRxLh8ps4++6zvUB9/QAKB/4jbvQF2lNBnBYWFQ2QUllbjpY5DgBUZzwNgSghNk+v5Un+GY+xZg84TmzV8WKhUMhqxsPiTOpKXyeqdYzNFPNv/ImD8f/3QYuSgeTDrj4TTIqJW3Lp0JI6SG6vvFbsiyiKeIbmAuBa488","session":"0123456789abcdef","subject":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a","v":1}', 'fcad9402c735a93bad7bbd3d66275092e38864e88f9883366d209179c6597eb3', 1795702289214, 'intent', 'reveal', '01owner', 'harbour', '4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (98, '{"acting":{"service":"110000000000000000"},"at":"1795702289223","deed":"reveal","facts":{"what":"private_post"},"index":98,"instance":"harbour","key":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a:230","kind":"intent","mark":{"log":"57","strike":"7"},"operator":"01owner","permission":"reveal","role":"owner","sealed":"L/UuP853GMJwMATN7DzRxxMLzUOkvqDmUCGw6SJgLp1gksb/xaqzFwaGwBuiqVxZ2+HG79vnYz/ocVOdE/cxax0w/3+9cX5hese+25dGZu35q4t1vNrgI5PK56PuftxH3B6UG9JyLoedHcRIbPjitzi3QLuc6qq7TVmYVnIGI8iWVIBxh/H8XoJmCCmT2YlHdZZeh8CbylowYPyWKzcPalLFpfdgIsGm4755Ul9cIqzm+THOfb5uP2CjN0NYyptv/HiHuFOBFqsteZ8j33pn7+A","session":"0123456789abcdef","subject":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a","v":1}', 'd5fe602a24a7118282f0cc79ac037b8c83adb2ad912c62408312a0822f05b7a1', 1795702289223, 'intent', 'reveal', '01owner', 'harbour', '4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (102, '{"acting":{"service":"110000000000000000"},"at":"1795702289234","deed":"reveal_media","facts":{},"index":102,"instance":"harbour","key":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a:230","kind":"intent","mark":{"log":"59","strike":"7"},"operator":"01owner","permission":"reveal","role":"owner","sealed":"rtRMFBaCHWBJfcXZoUWu2Oh+MrYX4IfzsXOeiVAi9Y4aw6usPhocL3JPK4+vy6JBN/vDSp7uQGjm6tv/wOHVPkNPdxB62rexq3XWmCYFUyt6sLmhbMx2gTDk1MF5wCsE38QnlpVL8/0wL0G7UHhdLxj7NPBEhObXpsQfrQIjW5WlhE0phKuprJ849VFBN5gtkrJl2J3MpkfXm+KuSfKtduYfgRiuIuel","session":"0123456789abcdef","subject":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a","v":1}', '6c40496cc06d035587993e59f95f9b16da911c2477f104ed1b5b6ea18db8c8c2', 1795702289234, 'intent', 'reveal_media', '01owner', 'harbour', '4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (105, '{"at":"1795702289242","deed":"block_domain","facts":{"others closed":0},"index":105,"instance":"harbour","intent":104,"key":"0e9ccd83a20cc7c87ca40eb50875b2ff7de72519cda5d965b00c397805f8623c:230","kind":"outcome","outcome":"failed","sealed":"XYtf7Kihx+Qbc+g+LpJU38wsObe7eLKETLlhwXRlYrcGp3iDJqfrWWe78rRh5OMSGG8V/9duQLsvg5HqbLnkevrQngfcKR7Sg9tQaqa/jY5XoDM55ZcG42cKnXCoKYHej+6+jNVOjC8yMU49RsMu0YXdGXfojRnhptT5k7u9y0lVu3rNNHI/","subject":"0e9ccd83a20cc7c87ca40eb50875b2ff7de72519cda5d965b00c397805f8623c","v":1}', 'd18f6f7f6bb7239b5aaf9e6bdcdeaee5f4c2b018822fe4a54116727a0155859e', 1795702289242, 'outcome', 'block_domain', NULL, 'harbour', '0e9ccd83a20cc7c87ca40eb50875b2ff7de72519cda5d965b00c397805f8623c', 104, 'failed');
INSERT INTO public.ledger_entries VALUES (121, '{"at":"1795702289296","deed":"lift_mail_domain_block","facts":{"others closed":0},"index":121,"instance":"harbour","intent":120,"key":"54d47efc35f81036d519bb156c671a269c118a13e52f12f13083a1990eadb214:230","kind":"outcome","outcome":"stale","sealed":"BQrReuLpvkVdU4lkTYGX4tUU6WmJWWX4vQ/qz8g10M+FInPtKgrcLOYZtQZlrQJsbAW9weNWqwNYXEV000TqNIN9UHHbUns+yjcAEVioJCkz9ho6F29eyatdff5pSfm2yktdKiP67O4m2XDnisWR1P/Z3z1KlOFHBMIuGaznuNsB0XDeZ6oCzx7scj2VtJXbkXsm","subject":"54d47efc35f81036d519bb156c671a269c118a13e52f12f13083a1990eadb214","v":1}', 'b0b4bde1b3c43f96c217e1be8883dd7104f71cfa619ee5f1be0934581fb14426', 1795702289296, 'outcome', 'lift_mail_domain_block', NULL, 'harbour', '54d47efc35f81036d519bb156c671a269c118a13e52f12f13083a1990eadb214', 120, 'stale');
INSERT INTO public.ledger_entries VALUES (84, '{"acting":{"service":"110000000000000000"},"at":"1795702289184","deed":"set_registrations","facts":{"after":"approved","before":["--- open\n"]},"index":84,"instance":"harbour","key":"e9e6854b6bb61632fb51e60c89cd022aae69ee167724e5379d11c9f6297c9db8:230","kind":"intent","mark":{"log":"50","strike":"7"},"operator":"01owner","permission":"close_registrations","role":"owner","sealed":"utzAhtaz34fa1h2Mnwae6bFLaVhS4Yks7ibW5Jzjnw3M/CrzlGAEAncpYJDqTwWVBBtBdsqxAlUDfQY0zLvvNDD2K64XyRCeymh2a8zT3qJkXL2o9o6HP8Oe0LezdAQ1JoFSNP5CpAEOIlume3LKsaCnsJSb3vdpad8PqhJCp3vd7A8KrRCv8c27fN/tB6VOVYY6WTZIbygHQwsVSDLxzhoCvw8JmGxUtaDYMV8nz2JC5efzcRjl5ojHf2eCyUZrD7hrwiB7zssL377Lce4RhloxfNIb6V1B4ge/UPW2ytbj0Hj5obcofw","session":"0123456789abcdef","subject":"e9e6854b6bb61632fb51e60c89cd022aae69ee167724e5379d11c9f6297c9db8","v":1}', 'fb86f272ad7136c3cf98ac0981c57226337b3ce61685cb427840c898ecdeed58', 1795702289184, 'intent', 'set_registrations', '01owner', 'harbour', 'e9e6854b6bb61632fb51e60c89cd022aae69ee167724e5379d11c9f6297c9db8', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (87, '{"at":"1795702289194","deed":"decide_sign_up","facts":{"others closed":1},"index":87,"instance":"harbour","intent":86,"key":"2f05b9985ea9e6a7fb500904231ceafcec3ba70a9e7c87bffb28129de24f9ca7:230","kind":"outcome","outcome":"refused","sealed":"AEIo10dF5HDk1f9ddOLblRz7uB7gL6R6JPNYDhZ8oFOLbghORRvMgaFdarsxooDjGJ5+PsdYxzWiUZ6AKm5hSRor5h2RcAwdhfZNaIdAcMjrFDEbzTRN4cOL+UV+eODpEFXxkd6UssCbyaA1YUxU3u8xSOdkiS5e2IrLEGlxuXD9iDQH5t/X","subject":"2f05b9985ea9e6a7fb500904231ceafcec3ba70a9e7c87bffb28129de24f9ca7","v":1}', '8083e41b47297902ceae10e1beff29cc018aee528128c85d640f1c7f163d381b', 1795702289194, 'outcome', 'decide_sign_up', NULL, 'harbour', '2f05b9985ea9e6a7fb500904231ceafcec3ba70a9e7c87bffb28129de24f9ca7', 86, 'refused');
INSERT INTO public.ledger_entries VALUES (93, '{"at":"1795702289212","deed":"search_personal","facts":{"others closed":0},"index":93,"instance":"harbour","intent":92,"key":"6cb8945e9e1b9c44837463c0bff3c1ac8537c87db1ed7b73f114387f6a093b01:230","kind":"outcome","outcome":"failed","sealed":"MfwI9cqHodEYUhagOBNkUWrM54//d4XpGwf5YOewvCEApxIse+ikc0cPZopRC8ggKbicB3bdIUqeRi0tUCD2lVmfIimrZZtyzEr1b9WCTuutCodOqYyEclf1g5vCx/dJf9t0yWhaGzxqB/RZVzoPh12xy3A1fLZCku/MaPwZED390TQd4PJB","subject":"6cb8945e9e1b9c44837463c0bff3c1ac8537c87db1ed7b73f114387f6a093b01","v":1}', '3eef0f509d4d2d2d267e5a5d36a817c845ef0687c2cf37cbae3b55be9c607d77', 1795702289212, 'outcome', 'search_personal', NULL, 'harbour', '6cb8945e9e1b9c44837463c0bff3c1ac8537c87db1ed7b73f114387f6a093b01', 92, 'failed');
INSERT INTO public.ledger_entries VALUES (97, '{"at":"1795702289220","deed":"reveal","facts":{"others closed":0},"index":97,"instance":"harbour","intent":96,"key":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a:230","kind":"outcome","outcome":"stale","sealed":"spx5cvJh95nQXiWHvukZZfdOjyJZ5Hda2SItAOL71a+p3YcbcQY/jbaah9vchUl0RkpahCBsCmY+18i9bCMNkl+aIedO8q+lO69uSX3uDwR0abceFXj7YU4PvyVGDl8JKkXgjyhoAQxi3tZsVt/+0/eanZsSHEwBERNToJiWP8Z9rhwQXuHBkQRAuxoVfsfWdJPi","subject":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a","v":1}', 'f6c933ad76db151881bfb9d82002e173ccbd01f59b35f9948fbbe8f9a38cc566', 1795702289220, 'outcome', 'reveal', NULL, 'harbour', '4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a', 96, 'stale');
INSERT INTO public.ledger_entries VALUES (101, '{"at":"1795702289229","deed":"reveal","facts":{"others closed":0},"index":101,"instance":"harbour","intent":100,"key":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a:230","kind":"outcome","outcome":"succeeded","sealed":"PjWnlcaNE3RqtIpgVCQ2F/E4IUQYlbc9W5T9ZjNvZ902vsiHpczY4f+/mPJmLzT4A2ZLMqdnnxLj1pwXCatdnaBBd0a9fLavolH/2s84cNq10hLx6jOH0VAe7QvM1/2MKD3+kqHFM8vBTHIteFiqspOL3TIHikyIRFHuHTOYwUNVGROYWKMj","subject":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a","v":1}', 'e60cf96e68e2f70495cca81d0de28d75a4b8d543a1f1564878707c7e1e297124', 1795702289229, 'outcome', 'reveal', NULL, 'harbour', '4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a', 100, 'succeeded');
INSERT INTO public.ledger_entries VALUES (104, '{"acting":{"service":"110000000000000000"},"at":"1795702289239","deed":"block_domain","facts":{"after":"suspend","followed":true},"index":104,"instance":"harbour","key":"0e9ccd83a20cc7c87ca40eb50875b2ff7de72519cda5d965b00c397805f8623c:230","kind":"intent","mark":{"log":"60","strike":"7"},"operator":"01owner","permission":"suspend_followed_domain","role":"owner","sealed":"tK5bO1clWcnigMsoYUGWSvES+EyhlABwDb577Ty/EaUogJh+nHyYO8+7dPP1w6k0ui2FUSlyV5YunMZzyZgLA9a+QiWPXFuxp6nISkrVFGe8g68NZ0JqZ1tprXqHuZGylgPqSXlUBqcAtt0tW/N/00GP/r3G9ANJoyCFc+D2WtDUskuleS1Wns82SSesFiZYml0QkNOUCJW3vhE5aLFbRAXDwCuXdLVblg3fVOl8zWebxkNVjAS4DMoJsPc1ZMMZtlttYe2epa9c0DCJtH2X56SfLoiX2t8k6WCRXwJfUDGwaxA1veAk5VHQ5hzFMbHS/tKN/ofd3ZGYf41VuMjURj8e/a3Hy6eUATx8CAbQG67S39yisaFS0aOD0Y2vddtKV1c/bcSEBaCL2bPYfASqnzeKJpVOB+FIGFZk","session":"0123456789abcdef","subject":"0e9ccd83a20cc7c87ca40eb50875b2ff7de72519cda5d965b00c397805f8623c","v":1}', 'cf9a43e17b7ecfe46d7ab0490c5f0b0f4367f2549673c6f21ea04bed3fe51e38', 1795702289239, 'intent', 'block_domain', '01owner', 'harbour', '0e9ccd83a20cc7c87ca40eb50875b2ff7de72519cda5d965b00c397805f8623c', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (107, '{"at":"1795702289247","deed":"block_domain","facts":{"others closed":1},"index":107,"instance":"harbour","intent":106,"key":"821a2115ffeb3bb8f7d7c1395dcec5f293c51a06b993e161113ba9298e02eb19:230","kind":"outcome","outcome":"unknown","sealed":"LUXKGS4Mb+oS074jznjir9cdeWsDZDjSm0BREL0uh6c25fEbbm0kYd2FnOvNrgDFH56rvU4T6jJGaNnCjWt9cdvK29gqBb6iaIBuWQHjgn8qWheSFVss4GbowuO/82GrptqDJ5KRuZAdzeJaN959dPe8kWJA9yQAbYEAEynuQs1U5QVw3jHW","subject":"821a2115ffeb3bb8f7d7c1395dcec5f293c51a06b993e161113ba9298e02eb19","v":1}', 'c0b8ae785d54c192725a5bb579bef84c8d0e8d28953730e7dc6634329225bb2c', 1795702289247, 'outcome', 'block_domain', NULL, 'harbour', '821a2115ffeb3bb8f7d7c1395dcec5f293c51a06b993e161113ba9298e02eb19', 106, 'unknown');
INSERT INTO public.ledger_entries VALUES (111, '{"at":"1795702289265","deed":"lift_domain_block","facts":{"others closed":1},"index":111,"instance":"harbour","intent":110,"key":"0e9ccd83a20cc7c87ca40eb50875b2ff7de72519cda5d965b00c397805f8623c:230","kind":"outcome","outcome":"refused","sealed":"aF4ztA9AI7qJXlRlv/lcuIowBImZX2rPeKTDC/6ku4PrB7Y16fWtUTF29UFMchaN02Kj21KGasPUvRypRl+B6TSU23bFZ6UrujOs1sKzWNQZ6s4CM1tLvBMY8+J3nkfQFZO5JQ1KFBbJZSth7SdYwhMnYlqMg5rWAnvBpoVpqOwP2m2yAHRa","subject":"0e9ccd83a20cc7c87ca40eb50875b2ff7de72519cda5d965b00c397805f8623c","v":1}', '4c83ec4d00449e9e66557de1267ed337d5eaa2d93647a05484715d3c9e7f59ee', 1795702289265, 'outcome', 'lift_domain_block', NULL, 'harbour', '0e9ccd83a20cc7c87ca40eb50875b2ff7de72519cda5d965b00c397805f8623c', 110, 'refused');
INSERT INTO public.ledger_entries VALUES (114, '{"acting":{"service":"110000000000000000"},"at":"1795702289272","deed":"disallow_domain","facts":{},"index":114,"instance":"harbour","key":"4982059ee65702e67f078f14368eb13f9db25ccc32c4a862d71d173a6632f979:230","kind":"intent","mark":{"log":"65","strike":"7"},"operator":"01owner","permission":"suspend_followed_domain","role":"owner","sealed":"J6n7juWGHdXvYvpX0L/M0imun7/YqOXgkJv/3LdRgxUCcZlb/DA/sb31AOv/c8k/WvIKUNuWALEa5vVEcESPSFtX5I797KH8xO/9VQXG7zt2GzYwAYVHY7VacNL+cGsScdB7pYiWYuLdfgmVr4FfU9ox9fmbQ9bxrFpr7aEjSGZmdb3Y5u58YqRoHCD64F3EGqW6Vn/ICcysqDJ2yCnKW76rm68","session":"0123456789abcdef","subject":"4982059ee65702e67f078f14368eb13f9db25ccc32c4a862d71d173a6632f979","v":1}', 'b254e18645d80bfbe3c06f25ac19a110dc714a709381ae414207b73bb4448ec0', 1795702289272, 'intent', 'disallow_domain', '01owner', 'harbour', '4982059ee65702e67f078f14368eb13f9db25ccc32c4a862d71d173a6632f979', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (160, '{"at":"1795702289404","deed":"batch_begun","facts":{"kind":"decide_sign_up","number":12},"index":160,"instance":"harbour","kind":"fact","operator":"01moderator","subject":null,"v":1}', '039d222967e8ffa54850d0b9545e6fe770500cfe9cde83e408fe08152f83978b', 1795702289404, 'fact', 'batch_begun', '01moderator', 'harbour', NULL, NULL, NULL);
INSERT INTO public.ledger_entries VALUES (103, '{"at":"1795702289236","deed":"reveal_media","facts":{"others closed":1},"index":103,"instance":"harbour","intent":102,"key":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a:230","kind":"outcome","outcome":"partly","sealed":"ZlXc3/hikOTqmHovJuWnA4lyiTp1HXowFlq8YcH5mUIUozbkPdSVCOFhUUt1QgtqLvp7OOA5+GGZF30bj1FC8OZ5pnXLSivoflAWDYllUEFNcuZ3CsJQh9WpoXPEbb5MjoLfLWA0yjUXII+9bhIAZ3WWSskF0yDOIab+6uqNbljnsqVqG/yQ","subject":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a","v":1}', 'bd302683201e94ff01710ef5d489e2c4ca90a7baecb442b799e932affc1f28af', 1795702289236, 'outcome', 'reveal_media', NULL, 'harbour', '4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a', 102, 'partly');
INSERT INTO public.ledger_entries VALUES (109, '{"at":"1795702289256","deed":"change_domain_block","facts":{"others closed":0},"index":109,"instance":"harbour","intent":108,"key":"821a2115ffeb3bb8f7d7c1395dcec5f293c51a06b993e161113ba9298e02eb19:230","kind":"outcome","outcome":"stale","sealed":"2PcimX2GE8joCSdur6xHEN5UOJot46wME4cQAxSQbr/bGO//bjd+FTBl7PfjriOQ/quQ9AaNAjuCpoh77lcbsH4YRZaLUBf6P1TJOI5Gx6xqVXKd7p00E4gKmAhsQ+gWbLLk14VO6d9TRXuIrSbbot3U2Z0yEdPQpako/1fAkcjD8Dg+KMg6qKjKQOYg6VRvMmup","subject":"821a2115ffeb3bb8f7d7c1395dcec5f293c51a06b993e161113ba9298e02eb19","v":1}', 'b47fe37a9c2b9d82489cd0da6e90c675972da911165b181d11c56928d3617cc1', 1795702289256, 'outcome', 'change_domain_block', NULL, 'harbour', '821a2115ffeb3bb8f7d7c1395dcec5f293c51a06b993e161113ba9298e02eb19', 108, 'stale');
INSERT INTO public.ledger_entries VALUES (112, '{"acting":{"own":"110000000000000001"},"at":"1795702289267","deed":"allow_domain","facts":{},"index":112,"instance":"harbour","key":"4982059ee65702e67f078f14368eb13f9db25ccc32c4a862d71d173a6632f979:230","kind":"intent","mark":{"log":"64","strike":"7"},"operator":"01owner","permission":"manage_blocks","role":"owner","sealed":"mCMBxrllnpj2cVFBrHoxH347hr3lVNB4XcxYHBfXsdj8Rkhh59gSu7hU16xurWxNOPHbKFSYBjuuw9T6fZWdYfkvIVcwdBw28rCTW2cU+45mu1x+VAyFBDp+imgfnjiCWHTrEckB2EBIQIm4TyVia/Cy6233GCqLw6BNzE5W2fqLdxNrkM3Ls/7542F0ctzViJ2dXJcnCmU","session":"0123456789abcdef","subject":"4982059ee65702e67f078f14368eb13f9db25ccc32c4a862d71d173a6632f979","v":1}', '268eb20eaf89d3afc96ebc2a47491783d876f06420ff4417738077d8edbce190', 1795702289267, 'intent', 'allow_domain', '01owner', 'harbour', '4982059ee65702e67f078f14368eb13f9db25ccc32c4a862d71d173a6632f979', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (140, '{"acting":{"service":"110000000000000000"},"at":"1795702289352","deed":"assign_role","facts":{"after":"4","before":"3"},"index":140,"instance":"harbour","key":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a:230","kind":"intent","mark":{"log":"78","strike":"7"},"operator":"01owner","permission":"manage_roles","role":"owner","sealed":"xEFqq7g+qRiFCkCYHT5SD87qvVic6hJsSZnMffxDwLWDPUmauVLTa1Kk0LY8TfIjRJMM9m51f+3TmWE307QpM+7xurb76VhT2Zu7REHMHD5miuq+wGLUsyf5K9o8YbxN40BFyWU5zl9C4B2KHqspxsP//fDsWFLENPD2Zs0mAayRJKcQZuQXi2L+x2M6daqd0Omp7j4wslA44nN23ePdqs+/d9eZ17iwx9g+pIw8cKuAqMq4A6uYsw17/ke7FjaF7B3zMg5gY9VRi88vbQLHNRZFVdDQBkcCTyOpMJnRbI4rEmTfvtMmcGlTMbREJCRAYskwHe8pqnURSw","session":"0123456789abcdef","subject":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a","v":1}', 'e6e35194d0d50993bcd13cf58c0ac9cf11d9c4dac2a60cf170c24843d103777d', 1795702289352, 'intent', 'assign_role', '01owner', 'harbour', '4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (146, '{"acting":{"service":"110000000000000000"},"at":"1795702289373","deed":"issue_invite","facts":{"requested":true,"until":null,"uses":3},"index":146,"instance":"harbour","key":"02b580092a1cd53c0f43b3ac851f1fa093a2aef5741ee377da7c226fa6446b8f:230","kind":"intent","mark":{"log":"81","strike":"7"},"operator":"01owner","permission":"manage_invitations","role":"owner","sealed":"YzKrvsjER3rVPxDxry17GDa3ospZg21YfrXfugD2pTQWIDevWgjpzJASPnEkL9OtjmcVamr0mMQxcOQ3nBSksNkVLX1tPQ9Pj+rj2kLaXNCl3vThGTj+7ZR/2JEXRkFoxbsAcJqJsyOrqWfKoIHvcRPI5js6GtDIQn+Aroo9iL/DOXuIR9nv6rH4lNGy72jnqLMmxEHdMMoqtVdAe2FFgpfAmdTBKwoJnzgqX5gpP48AE7cn/9lRkg25+nwhDUgHQdHhjQYa6F3KNsxv48xVtX3xWb4U6yxX0rzTvqf2HYq4HhH/1tQytAKvzCzMSwXtTlql89dsads8r63odw","session":"0123456789abcdef","subject":"02b580092a1cd53c0f43b3ac851f1fa093a2aef5741ee377da7c226fa6446b8f","v":1}', '19941d14b8c5c14a0593fd7d98c8f7a130ea43a5c4d7ac1a79bf4f8edbf43891', 1795702289373, 'intent', 'issue_invite', '01owner', 'harbour', '02b580092a1cd53c0f43b3ac851f1fa093a2aef5741ee377da7c226fa6446b8f', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (148, '{"acting":{"own":"110000000000000001"},"at":"1795702289378","deed":"revoke_invite","facts":{"most":3,"uses":1},"index":148,"instance":"harbour","key":"4778bfcd17e637ce8e60d2711b9272cabb935a6b8c8c22317b990f4e1352f390:230","kind":"intent","mark":{"log":"82","strike":"7"},"operator":"01owner","permission":"manage_invitations","role":"owner","sealed":"QegQ5FKM7xKWrmg0nsaCJpMDOSXcq4JzUfThhNkQYBzc7qp2Htg5tvxlH9MBoI7fWgKIrLB7sFnV3XIqgChYYnzCBDjz8l7VPweyAlSPP7DjlhFSKiLMqvYEOu3KP1HwZO9cwDoYIDwIX+B+jBxjJwsLx68zV6lBlJB5Nx9xll0kz2T146ASVYaS6HWfXbaWIDipJk6QyURpHXmdFpcSM+WZgWEXmBreHWf+L0sOWfvg1knZBt8Z2+bawvA2IuFgEtPLUeJcti3/66DS/NbSmA","session":"0123456789abcdef","subject":"4778bfcd17e637ce8e60d2711b9272cabb935a6b8c8c22317b990f4e1352f390","v":1}', '3feebf0c6290f506756f92a28950f8c871ffcccb0c37c9f5a9f284b2db6738d4', 1795702289378, 'intent', 'revoke_invite', '01owner', 'harbour', '4778bfcd17e637ce8e60d2711b9272cabb935a6b8c8c22317b990f4e1352f390', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (152, '{"acting":{"service":"110000000000000000"},"at":"1795702289385","deed":"refuse_access_request","facts":{},"index":152,"instance":"harbour","key":"02b580092a1cd53c0f43b3ac851f1fa093a2aef5741ee377da7c226fa6446b8f:230","kind":"intent","mark":{"log":"84","strike":"7"},"operator":"01owner","permission":"manage_invitations","role":"owner","sealed":"XlyOLETgya3kGijHVNrIzU59PFbOxGBbNXsO76D2Q2QP4bLegT3hK4s7EDXtwbclO9avznfeYE9Er1Os2FVDAqDa0YRlL5fQ1yfAvmsTihpPOOe/PkjTgntoPyCMM/zlHEARekIqyC2Bf98Le5u13ONUj5BwneHiE3pvkgqyHbsHA41AwcwyG/C3f2PSBdR4fBpODqrZZblhAiXs","session":"0123456789abcdef","subject":"02b580092a1cd53c0f43b3ac851f1fa093a2aef5741ee377da7c226fa6446b8f","v":1}', '066b89bc770f8470106b2675308c2fac35d7f7e483b1ad7cc18a54ab10a4f8c3', 1795702289385, 'intent', 'refuse_access_request', '01owner', 'harbour', '02b580092a1cd53c0f43b3ac851f1fa093a2aef5741ee377da7c226fa6446b8f', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (156, '{"acting":{"service":"110000000000000000"},"at":"1795702289393","deed":"withdraw_note","facts":{},"index":156,"instance":"harbour","key":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a:230","kind":"intent","mark":{"log":"86","strike":"7"},"operator":"01owner","permission":"decide_reports","role":"owner","sealed":"eO1/w+DCvPotwdhMWxiwQLIWbPFTcDq6lLhFGD38YUGfemMh4dH88L5+D/fAVIjIpaQ11GOJRswT7+Z1zelfrzSDDQ5WYUf3jRfAipehKsVSN3ZBDj2cgkx1zT0sO3j7ecBSxqm1CM50nTNbDwU1Ew4e5NSer69BpiW0pz4Sgj0m2aJHK28Va4apQ8Andq+eJlQ5JxDvGpH4pG378Nzj4R7WJ/EQYdPe/Vl4Ld08Wru9uN5SPy+oSBIsvQ","session":"0123456789abcdef","subject":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a","v":1}', '9f90329354afdbc21e06a35b7e2d5b2ca7535e16183e0af65fb7aae6b85f7cb1', 1795702289393, 'intent', 'withdraw_note', '01owner', 'harbour', '4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (106, '{"acting":{"own":"110000000000000001"},"at":"1795702289243","deed":"block_domain","facts":{"after":"silence","followed":false},"index":106,"instance":"harbour","key":"821a2115ffeb3bb8f7d7c1395dcec5f293c51a06b993e161113ba9298e02eb19:230","kind":"intent","mark":{"log":"61","strike":"7"},"operator":"01owner","permission":"manage_blocks","role":"owner","sealed":"cgKxDZf6/0cFgwkNXhiWBnAq9pVq7FqqSgNSLu4IlsMntAguOntMbV5HAQerxau9l6OV2vqQ3O7GkYVpp4Lw7tZrRWHCvat85X1PKD6RwUqJ+C2G8pIm6sz/+etxg3eGMqF231rk6Z8x+0aspCdcQVA1waGtj/VI7BuPekMWuGlpC3lmZQxq4o/9G9KH+0DNzYCGK4QxMhm05J/Lrugzgj/N8EKn4GcfEqfQ33Px51o635VM3R7WZfgMsvlsQjSejOG3nzIxAaJ/uUVYa8aNbDg37MWNZhLqHiWWHybZvWK47kHs2YLnjVYpmv5Pswjm84THztTlz5ogvQTPq1W9hpJcnb/0AUYXHGs/dERBgi7yYer9t3iRROZCymk365xUcSUhF/XA6xKB4w","session":"0123456789abcdef","subject":"821a2115ffeb3bb8f7d7c1395dcec5f293c51a06b993e161113ba9298e02eb19","v":1}', '55e38dcfbbc1b47891dad03abf0a6e0bc2101dbfffc2b1880ba0e31a18331433', 1795702289243, 'intent', 'block_domain', '01owner', 'harbour', '821a2115ffeb3bb8f7d7c1395dcec5f293c51a06b993e161113ba9298e02eb19', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (110, '{"acting":{"service":"110000000000000000"},"at":"1795702289260","deed":"lift_domain_block","facts":{"before":"suspend"},"index":110,"instance":"harbour","key":"0e9ccd83a20cc7c87ca40eb50875b2ff7de72519cda5d965b00c397805f8623c:230","kind":"intent","mark":{"log":"63","strike":"7"},"operator":"01owner","permission":"manage_blocks","role":"owner","sealed":"2aeqWUVEEnmGid7/JTIurkig6A1PTlrGey9vOYXxU7nQt4+610z7J/KF7u4nHf9wQjwHaGI0yG8GHvt7xxq0iUgcu9ssCCY7DUcFN8Ck6XljqEduujDllAGgvBEVs/by2v6FjZIp8dgn2e2IyzDUAuzqci3vsQypU3S7y1nvZXMhQvdrP3QP3RFXQyWXuCABAh0lU2l2uG3o50yD8Cw60FGEca5XT8A2SeCsAMC2NuSOpD1fGIKsLjSAp7nAv95cX8AbPjV45TYnydafpHt0JyRH4b91y3hR36rZkyJTHLUbBZUiqXpOQM1NqqMGotRLZwHWZKeWB1zCCK6BabdeI6SKvyu639Q29+hSwTUrnzq8G+fOjuk8mSUHTEN7+68dbl6/DUd5Of5jhWrsGLR5vI3kCjg+Xs/0M5U","session":"0123456789abcdef","subject":"0e9ccd83a20cc7c87ca40eb50875b2ff7de72519cda5d965b00c397805f8623c","v":1}', 'ee536e34df36ed1ce0f943c8bad706952202e41d55786a74fc8f77e598cdb639', 1795702289260, 'intent', 'lift_domain_block', '01owner', 'harbour', '0e9ccd83a20cc7c87ca40eb50875b2ff7de72519cda5d965b00c397805f8623c', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (113, '{"at":"1795702289270","deed":"allow_domain","facts":{"others closed":0},"index":113,"instance":"harbour","intent":112,"key":"4982059ee65702e67f078f14368eb13f9db25ccc32c4a862d71d173a6632f979:230","kind":"outcome","outcome":"succeeded","sealed":"7Su2r1MAGO2Z+zMDCsJKQbpWlE1oxBUz4nTSbmmLGNtVuOzuMtAInB3gm7aq+gufhG4z/yMzKIMwYQ0Vl0VD/CQwHear8AvLwAnTHyJmpSe6oAe/sKWxwIgwNzrS3WoGHp5Z8Yyf2xZUSWKmMdrnF/Yxd3HEPgBYrHq2vekCgtyweXN26+ZV","subject":"4982059ee65702e67f078f14368eb13f9db25ccc32c4a862d71d173a6632f979","v":1}', '925bf9045205848d75a2a5475687814dd603ffe12ba7ff803bc19a9f9bcdbbed', 1795702289270, 'outcome', 'allow_domain', NULL, 'harbour', '4982059ee65702e67f078f14368eb13f9db25ccc32c4a862d71d173a6632f979', 112, 'succeeded');
INSERT INTO public.ledger_entries VALUES (116, '{"acting":{"service":"110000000000000000"},"at":"1795702289275","deed":"block_mail_domain","facts":{"review":true},"index":116,"instance":"harbour","key":"54d47efc35f81036d519bb156c671a269c118a13e52f12f13083a1990eadb214:230","kind":"intent","mark":{"log":"66","strike":"7"},"operator":"01owner","permission":"manage_blocks","role":"owner","sealed":"W4AoR2uEYBtBvkF6u4o1PJBySKRox/17nK8/VO4OEDF2zV6jrCpPS+HDi0q8R7DZhr6gczsS9ab7Zfs/W/Kk7fqaSoosOGNoaoXV4M0UI16bwB3/cKq5ybDR4PV6gB6UWhDwgE0dckfyUs6Y71TB5cQ7bxiQ6zx0WJsTsNUxNeKhF9Lg+P+wRDa8ttyzZ9Wanbmb7vdm/pGWqExFx1HOkTBb+1oMre9BdF6Q0AY","session":"0123456789abcdef","subject":"54d47efc35f81036d519bb156c671a269c118a13e52f12f13083a1990eadb214","v":1}', '88a94068f4274756ead019b58f097ed29bede29b8c0311c1b02500b73f47a369', 1795702289275, 'intent', 'block_mail_domain', '01owner', 'harbour', '54d47efc35f81036d519bb156c671a269c118a13e52f12f13083a1990eadb214', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (120, '{"acting":{"service":"110000000000000000"},"at":"1795702289289","deed":"lift_mail_domain_block","facts":{"before":false},"index":120,"instance":"harbour","key":"54d47efc35f81036d519bb156c671a269c118a13e52f12f13083a1990eadb214:230","kind":"intent","mark":{"log":"68","strike":"7"},"operator":"01owner","permission":"manage_blocks","role":"owner","sealed":"v1gMUYBwdrirt7VILjhm7NSzSZeZcpkz86ZJ/m6ylOCjacCkvfNclGXsN/QWBPuGWsCM3We3x2ld0ocKydHhWInUQ38qNG6Uy3HC+2BdJngrmQnECtRHnsjDKooV8OFBwdmgTAQD9bdS6wKZBdVlTJ6Hs0b3dl5vcpBO9s7oyW1fry7zc8yRcRq6zCoyeE+mRrdGgb5JZNpWmQTzo8uH2WU3md0Zopg/sji+O4ktnVciLuBxRhfrcH9G02XaO8im7V1b","session":"0123456789abcdef","subject":"54d47efc35f81036d519bb156c671a269c118a13e52f12f13083a1990eadb214","v":1}', 'a055d0c9b0e7f548a3fa0caef21879ce9e068899c5ecfd98bc8da86112dd066f', 1795702289289, 'intent', 'lift_mail_domain_block', '01owner', 'harbour', '54d47efc35f81036d519bb156c671a269c118a13e52f12f13083a1990eadb214', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (123, '{"at":"1795702289305","deed":"block_address","facts":{"others closed":1},"index":123,"instance":"harbour","intent":122,"key":"cc49ee540f2660a21cee909c7cbdda5c4cbeba3cce622e88ba98e80d4d9c9162:230","kind":"outcome","outcome":"refused","sealed":"/v0vRBclkf6+mdUqu5wD3cWNVJL5QK6hysMDt+CrEr/1vVynO3J42Q3Myub/htHMHNHlebhj6yeK/QxV9NjLNBbAA4aQM00eCTQrmfLrbvF/kUEJgTB7Dyl54TGWJ4WCt+ubGI6BLSWx97XZjWIGGfeZYf4GkEcr2DlU9gUaFmhm5l+0mpln","subject":"cc49ee540f2660a21cee909c7cbdda5c4cbeba3cce622e88ba98e80d4d9c9162","v":1}', '2ca309559ff49bd43f293a87d96c2301241bea88bc66c0f0286a90ef1ba5a9a9', 1795702289305, 'outcome', 'block_address', NULL, 'harbour', 'cc49ee540f2660a21cee909c7cbdda5c4cbeba3cce622e88ba98e80d4d9c9162', 122, 'refused');
INSERT INTO public.ledger_entries VALUES (141, '{"at":"1795702289354","deed":"assign_role","facts":{"others closed":0},"index":141,"instance":"harbour","intent":140,"key":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a:230","kind":"outcome","outcome":"failed","sealed":"5fVfMyQ57WvB4j9VZz0NHOTyrv1Z3ZZ6QCGoQKugTk9SzKL26LlLsDXTgU8tIYUekTFDOeS+rBT6fD8SkQ0ykFs5E8cOBr1NX1iNOvyOPpwKAbYlFAWmVBIpyjFMVsFPccCHDcGZL63STfCKJWNbtleobzQLFHWdaWgO/aSyJZSzUzz0UeGa","subject":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a","v":1}', '5c86e11468684594abacfb3d5188311add62d429104d0afbd187b45514263aa5', 1795702289354, 'outcome', 'assign_role', NULL, 'harbour', '4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a', 140, 'failed');
INSERT INTO public.ledger_entries VALUES (144, '{"acting":{"service":"110000000000000000"},"at":"1795702289360","deed":"issue_invite","facts":{"requested":false,"until":"1900000000000","uses":1},"index":144,"instance":"harbour","key":"bcc983d33e2c4ec3026666ac1331d1d37d6653f90f1c88ab1f60e7c8573f0802:230","kind":"intent","mark":{"log":"80","strike":"7"},"operator":"01owner","permission":"manage_invitations","role":"owner","sealed":"e0ts6T1W0Tvt3sVzr3lfnU5p5xojPS4Zx2hi0x1x790fADa3GUlGbS4saabk1G8un4AMrHycgBoqfIIKf7dLdK9ErCGkDjFH/MD0nI1jVz+5kgQI08GGZLoHt+NCJYjtAkxx4i8e4yzTx/x6TOw/+2q3KEZG0u3MMlSQb2YVp3VLVjCqpzHl3kG6Nq3FC0s+TuOPKOy0Tbk0pvxeFO3ieFQKK0iokM3HwFKpAnBbMgg6nPo3VtKSV9kaeY4pie1UXvO3z8LY7BuqgC+FR6GkrMaonpA6e3SeQBZQOIA3C+VxenCdNjVsm54Q2gzuHlqVuB8Z0FxvCHCKvEbjTxmotE41X3WhrwCoZ9gTVA","session":"0123456789abcdef","subject":"bcc983d33e2c4ec3026666ac1331d1d37d6653f90f1c88ab1f60e7c8573f0802","v":1}', '092e1800460161f1877511d09142c6242cd15912e19ee0ef2bad54130e0755c4', 1795702289360, 'intent', 'issue_invite', '01owner', 'harbour', 'bcc983d33e2c4ec3026666ac1331d1d37d6653f90f1c88ab1f60e7c8573f0802', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (162, '{"at":"1795702289406","deed":"batch_resumed","facts":{"kind":"decide_sign_up","number":12},"index":162,"instance":"harbour","kind":"fact","operator":"01moderator","subject":null,"v":1}', 'c39d2ab85092e6532fb05e32ff89085352f388c6f96bbeeacec2b554f20f721c', 1795702289406, 'fact', 'batch_resumed', '01moderator', 'harbour', NULL, NULL, NULL);
INSERT INTO public.ledger_entries VALUES (108, '{"acting":{"service":"110000000000000000"},"at":"1795702289254","deed":"change_domain_block","facts":{"after":"suspend","before":"silence","followed":true},"index":108,"instance":"harbour","key":"821a2115ffeb3bb8f7d7c1395dcec5f293c51a06b993e161113ba9298e02eb19:230","kind":"intent","mark":{"log":"62","strike":"7"},"operator":"01owner","permission":"suspend_followed_domain","role":"owner","sealed":"6UYgzdgsYmfZNEaqsQoYDZg1xVKDvKt9J1SYtcDwVHypj6alzgfKhk7DM59U/5EcVhGWapmqSMsf/3Z0DJEFKhhkAvzI+yKq8JMjtTJJnWmzIvoiGoXVaXkKwor2tdQXW1Y40nFdofJpQGDiw4CKhQGkh3TH+lqj5rjrnKMK4GlLsaakJ5jy/K77OSavqvRuJP0PzRKrPnnNOCFG6W/9QAbQ/mTMeCY9xW41anohl8VNE/9TA4Dv9ILK4oIRyPAOvH++1Py8RTSrONxDlCaeoA6muMNI8Xwub7auz2lTeueHg7KvYtIiYLYJHYKlFZu/kJHpAfH13TuxQjMY3/NA+mUap0szspFeaA1YPsJ7wEylmcjcr5IdH84j0DEF4n3Q1lsomYDDzUIFyl67rEfKctFbkXmW7c7Hb2U9NI+lVkbY5n45bVRyMEA7/nRENjAofZfAoCH4suGMWpm3IrxBCxoP2PpPoMtENM4iEVFTsIW7oSuwzNnwcB6HlHcyfyB12EcZn496PQp8ZgUdPLx91L6qwfRbx4ysp8jDaohX1JI9wJKmc+YoXPnw0Vhe7R5qU/eKXWKui78jrhBf0lJcngot8DogSfkGDb9Ee4LBtVVW","session":"0123456789abcdef","subject":"821a2115ffeb3bb8f7d7c1395dcec5f293c51a06b993e161113ba9298e02eb19","v":1}', 'a4ea69ca6ccc3c86540fefb30fe9e409f08cfeffae8f66ea66efca5000091b5e', 1795702289254, 'intent', 'change_domain_block', '01owner', 'harbour', '821a2115ffeb3bb8f7d7c1395dcec5f293c51a06b993e161113ba9298e02eb19', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (115, '{"at":"1795702289273","deed":"disallow_domain","facts":{"others closed":1},"index":115,"instance":"harbour","intent":114,"key":"4982059ee65702e67f078f14368eb13f9db25ccc32c4a862d71d173a6632f979:230","kind":"outcome","outcome":"partly","sealed":"eQovC6RX1SVPVQetj1R3VCmv4L9HW1x5nJRtUfoxCRE57NaDaxew5fZy8ZWhg39Nw1tZU4Zroo8WFBFBX6EIhXGdoIO+LIEHWaPC7EhUuk1OYFHXrsZb6yCS1CrleyMZzQ6g8Bm7X5uLvlGs/UqJOoDfTEtKKAGUGXrWnd5DvBcbyCmrPQpo","subject":"4982059ee65702e67f078f14368eb13f9db25ccc32c4a862d71d173a6632f979","v":1}', '81c7663a3f021e922a20a3f17f2f7d03c12cafb8fdc308d59cb16e186f8c64bf', 1795702289273, 'outcome', 'disallow_domain', NULL, 'harbour', '4982059ee65702e67f078f14368eb13f9db25ccc32c4a862d71d173a6632f979', 114, 'partly');
INSERT INTO public.ledger_entries VALUES (118, '{"acting":{"own":"110000000000000001"},"at":"1795702289285","deed":"change_mail_domain_block","facts":{"after":false,"before":true},"index":118,"instance":"harbour","key":"54d47efc35f81036d519bb156c671a269c118a13e52f12f13083a1990eadb214:230","kind":"intent","mark":{"log":"67","strike":"7"},"operator":"01owner","permission":"manage_blocks","role":"owner","sealed":"kPSRNG94RS4THwbQA0I3fmVv1tS610OSYXDUIg06rhQQNCDEaBiqdbVekJpbnXmiSMURnoD386ZXVoi7bb+/7X7fKnEwwZaShbkgh/E0vfNCS8mHxt855tBFvvsWvfK0NE379wI45NDjQKSqmrsQ8uYHeSwF+bZpV+j6baKm3Y9KW7WZJ3qIT0i1iBVXtrClZFI0HptOPT4Hu9u4gKWXxMaS2Y/1ImuMCd3WjJVZIX61gaT7xCOUyYtPmHRAWSC9OzcXzxCXPPx6k6kob3iV5NWY+frtvBiuog","session":"0123456789abcdef","subject":"54d47efc35f81036d519bb156c671a269c118a13e52f12f13083a1990eadb214","v":1}', '4537ff8eeda7f8de189fb02afcbf7cf383796fd33f993e589acdf3c63b22c9b5', 1795702289285, 'intent', 'change_mail_domain_block', '01owner', 'harbour', '54d47efc35f81036d519bb156c671a269c118a13e52f12f13083a1990eadb214', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (125, '{"at":"1795702289310","deed":"change_address_block","facts":{"others closed":0},"index":125,"instance":"harbour","intent":124,"key":"cc49ee540f2660a21cee909c7cbdda5c4cbeba3cce622e88ba98e80d4d9c9162:230","kind":"outcome","outcome":"succeeded","sealed":"GC/9A7ftNs6W3e0uCcMUQYh+ZOwP27v1w7e9TnVcYCpew+ALZ8JCu6Rny9p+OKq4qSOkfYNwdVS2hVb+mWd2KKeVi/xrxcZ6t6TjCQEqh9ZFgiJX6GamLWL6BKHWjK2UBnyCEgglg0hpT/vZD8g2lMuBGxMXl/USx0G+fDncX+NqpFvO19ET","subject":"cc49ee540f2660a21cee909c7cbdda5c4cbeba3cce622e88ba98e80d4d9c9162","v":1}', '0f5ac1bcc9c5178df3e35ef953d367ee4f506c3cea88f43f66a9ee355fe8308e', 1795702289310, 'outcome', 'change_address_block', NULL, 'harbour', 'cc49ee540f2660a21cee909c7cbdda5c4cbeba3cce622e88ba98e80d4d9c9162', 124, 'succeeded');
INSERT INTO public.ledger_entries VALUES (128, '{"acting":"console","at":"1795702289322","deed":"export_record","facts":{"form":"csv","narrowed":false},"index":128,"instance":null,"key":"65edca076bf899982805943bcbdd9ed8c5fc2cd97c179142409bb5513a8a55e5:230","kind":"intent","mark":{"log":"72","strike":"7"},"operator":"01owner","permission":"check_ledger","role":"owner","sealed":"0yg9pKiPLmdbjpCyOKZi+ltw3vSwwXZm8shRgHZQCeeVfRsBgbdLisb+fCjE+LoW72jaxb6OqUBrl12dOQXPJkuX5Tv/n0Cs2sqnsMVjEXlDkKAIJid6jKqbplhX6eRv4/L0JqjuSFhYQse1mugqphTzEzgIUZxYXbEdLXVvkRX+Eg","session":"0123456789abcdef","subject":"65edca076bf899982805943bcbdd9ed8c5fc2cd97c179142409bb5513a8a55e5","v":1}', '12a2acb380540af8186f3aa7dbc1ea7c09770e4ed7fc2811f1056e6cd7a1d322', 1795702289322, 'intent', 'export_record', '01owner', NULL, '65edca076bf899982805943bcbdd9ed8c5fc2cd97c179142409bb5513a8a55e5', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (132, '{"acting":"console","at":"1795702289336","deed":"export_record","facts":{"form":"bundle","narrowed":true},"index":132,"instance":null,"key":"65edca076bf899982805943bcbdd9ed8c5fc2cd97c179142409bb5513a8a55e5:230","kind":"intent","mark":{"log":"74","strike":"7"},"operator":"01owner","permission":"check_ledger","role":"owner","sealed":"i8MS3YqzciVvhbqN+JEH1yTgkHrIWqwBlSq3Tdlia+oNHw8Pqy/Be1GIewJNEigSI3JSxPapQHboJGpiR7XJ4+5Dvru5A3IZXWSzdLpwSJaESmKASY/6NkBp8dRfaf7hKG2GsWK+6iOwByWrVR5m+HhUy7zVnidMV9LDNXdMINAlaQrAbmqjgjuHh5ny/eAEdsREOA","session":"0123456789abcdef","subject":"65edca076bf899982805943bcbdd9ed8c5fc2cd97c179142409bb5513a8a55e5","v":1}', '3f2a729cdca696688158d7549d2949d79941e8f57eff96751ed77870edb441ac', 1795702289336, 'intent', 'export_record', '01owner', NULL, '65edca076bf899982805943bcbdd9ed8c5fc2cd97c179142409bb5513a8a55e5', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (139, '{"at":"1795702289350","deed":"assign_role","facts":{"others closed":1},"index":139,"instance":"harbour","intent":138,"key":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a:230","kind":"outcome","outcome":"partly","sealed":"sRIYZkezOQjD/c4OQuvPNtMepRl2EHiPGnb1C3EOYS6GaRiq+mw6rljInO9sMlmJsf4+Hj1Wfz8QdGLi2N5d15luDuDiva3ZdycOtPbpp2vIySKiBZtc90+U17253UC777s6tWLjMjGSnsK9NWzqU6SPlzc6LcahBawdyQ4lymoT+IwZd1iN","subject":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a","v":1}', '487e794c5c84ac4417df2010a47ee88a9406d9678310778d3077a2935690eeaa', 1795702289350, 'outcome', 'assign_role', NULL, 'harbour', '4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a', 138, 'partly');
INSERT INTO public.ledger_entries VALUES (143, '{"at":"1795702289358","deed":"assign_role","facts":{"others closed":1},"index":143,"instance":"harbour","intent":142,"key":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a:230","kind":"outcome","outcome":"unknown","sealed":"rcQRY5UVa5fOMWyQlKeb5L2dfzBblQ6ubpIhsXlEaPENPOorLKr3azqmaPVA8cTCLtV6C/3uvs4gD0KRdX1gyaw2RAyuSNW6Irxu7cTWiELgMX0HIjjU1MWISqpWkzI/+oVv+3cq3u4NhfTwlNmbKhq1lKofgFGszXV9cD+WK3qFS4JGSgIu","subject":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a","v":1}', '5097dd86db5f7f97b81b4686a2b745a13ec852a264e5b9bde9263260d0244cb2', 1795702289358, 'outcome', 'assign_role', NULL, 'harbour', '4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a', 142, 'unknown');
INSERT INTO public.ledger_entries VALUES (161, '{"at":"1795702289405","deed":"batch_paused","facts":{"kind":"decide_sign_up","number":12},"index":161,"instance":"harbour","kind":"fact","operator":null,"subject":null,"v":1}', '82181c5d32a302daefd9e5f3ee7688ed3b7ef97749e906aa5eb4c23bbe580830', 1795702289405, 'fact', 'batch_paused', NULL, 'harbour', NULL, NULL, NULL);
INSERT INTO public.ledger_entries VALUES (122, '{"acting":{"service":"110000000000000000"},"at":"1795702289302","deed":"block_address","facts":{"after":"sign_up_block"},"index":122,"instance":"harbour","key":"cc49ee540f2660a21cee909c7cbdda5c4cbeba3cce622e88ba98e80d4d9c9162:230","kind":"intent","mark":{"log":"69","strike":"7"},"operator":"01owner","permission":"manage_blocks","role":"owner","sealed":"AG020rbkvp3lasTqZQfK7Pi4EseYxjZcX72wttz36d50Hoxy8x975gRigZpXvdpFdyzdr+ZprmxlP3zsiNJeyZSpSUYgVELEPjVdZ0H54YBuXsNdv0eQEQEQvGImoaxlVhdUU+htSQ7Pj8iw4Ksun0ECjQ4JgTMv1wStueETR4PHON3sz00ze583pIQE0XothZwCUg6IDNv0LUyM7dDr0806lXI9CozSJoI3LjgZaHi9bd1qv5mEa95HA4lQtI/rboa1rKaKqo0uJPYrPLiz7Oa1uahEHONmPXjxiWzMFd0/5ijNhVKH7/vIDGgjLA","session":"0123456789abcdef","subject":"cc49ee540f2660a21cee909c7cbdda5c4cbeba3cce622e88ba98e80d4d9c9162","v":1}', '747a91fadb37122b156ee24ba59655651b2d5d89830e51c9741085bb31ea9fa8', 1795702289302, 'intent', 'block_address', '01owner', 'harbour', 'cc49ee540f2660a21cee909c7cbdda5c4cbeba3cce622e88ba98e80d4d9c9162', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (126, '{"acting":{"service":"110000000000000000"},"at":"1795702289317","deed":"lift_address_block","facts":{},"index":126,"instance":"harbour","key":"cc49ee540f2660a21cee909c7cbdda5c4cbeba3cce622e88ba98e80d4d9c9162:230","kind":"intent","mark":{"log":"71","strike":"7"},"operator":"01owner","permission":"manage_blocks","role":"owner","sealed":"pp+UwWO6pHUR6bLFnkqq1k2xK62U78H1P8jgnpqFzfA+H/WJMwF5wFDXxPxASfV1CpIx+rbXL0caQliOrZsXpgMDpfHuNLTMSmmOV/R7hktnbQ3OSmlcwZ+IOZ6DpqbUxEjWe+AmXWEJV1n9IJkt91qLh3AYx8h9GUAkYsj79QRngcd9gNVGpAH6pN3w3DT/iKT38PkdOwb25gq7+/r8chpfIgsEqyNTgb2bN6TEVqzvdfe6zVdmwzi7zIg5aIEnGdFbtAv2kz1T/egsJ4A3A09Dv7iov6I1F+QvtsabimJWSVafRiTsfte4U/J/4PzxOpV9BDHuVjLmvVVP6g","session":"0123456789abcdef","subject":"cc49ee540f2660a21cee909c7cbdda5c4cbeba3cce622e88ba98e80d4d9c9162","v":1}', '4b48a43643824e13bb6f27741643722d2a63724d630ed67ac3b886943de3f20c', 1795702289317, 'intent', 'lift_address_block', '01owner', 'harbour', 'cc49ee540f2660a21cee909c7cbdda5c4cbeba3cce622e88ba98e80d4d9c9162', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (129, '{"at":"1795702289325","deed":"export_record","facts":{"others closed":0},"index":129,"instance":null,"intent":128,"key":"65edca076bf899982805943bcbdd9ed8c5fc2cd97c179142409bb5513a8a55e5:230","kind":"outcome","outcome":"failed","sealed":"tu4WQAdRQJgYZpz6hwXghTAW2QguEVJhz0cPEmqWEOPZwIvffZLQEppX7+IIze6pKiKYlNZlZtvBSY26K4B4UtE+/2cnk8Udw+7Fi3opwvbGlTMi/91tikzwBwpbdW6Vya1rDPn3G9Bk1YNZxGYOI3gez5wYe/cPp/RHMg+rTnCDHT9zeU1O","subject":"65edca076bf899982805943bcbdd9ed8c5fc2cd97c179142409bb5513a8a55e5","v":1}', 'f136bb6b9c8e7708e23eb20591afaf9516eacecd80bb4e60caf9bdae3d02312c', 1795702289325, 'outcome', 'export_record', NULL, NULL, '65edca076bf899982805943bcbdd9ed8c5fc2cd97c179142409bb5513a8a55e5', 128, 'failed');
INSERT INTO public.ledger_entries VALUES (133, '{"at":"1795702289339","deed":"export_record","facts":{"others closed":0},"index":133,"instance":null,"intent":132,"key":"65edca076bf899982805943bcbdd9ed8c5fc2cd97c179142409bb5513a8a55e5:230","kind":"outcome","outcome":"stale","sealed":"l8myBJf9flHrGqI+Od2rg58bAT4Qgttyv7xUufB2gpq3ZycTvMIDs210PrnKPQnvHMrCFqnZ2HHiOT0j3LieLrpWY4wOysp/BIhhptgtvOeZM+QH7Wvouivp1MQqXHWZk58vpan/QDZIFk4aZ6reLsWqPrimymqcmkxD/vztzIxGbsJxSMXpawxk8gwiQKdqzFpi","subject":"65edca076bf899982805943bcbdd9ed8c5fc2cd97c179142409bb5513a8a55e5","v":1}', 'c261df4874833a32ac3f15b3ce100d6803bd3e6947ebdc2c399200c27cdb024e', 1795702289339, 'outcome', 'export_record', NULL, NULL, '65edca076bf899982805943bcbdd9ed8c5fc2cd97c179142409bb5513a8a55e5', 132, 'stale');
INSERT INTO public.ledger_entries VALUES (136, '{"acting":{"own":"110000000000000001"},"at":"1795702289344","deed":"leave_role","facts":{"grant":"01NOGRANT","role":"3"},"index":136,"instance":"harbour","key":"4a96e9e239687252e987043df75aa3a28c23196cb6b7231ded1f40c57cadaa65:230","kind":"intent","mark":{"log":"76","strike":"7"},"operator":"01owner","permission":"decide_grants","role":"owner","sealed":"aenkJMXz1QuXlGPgwBqG3y1cfmzUc9AHDdXIDhHMznZ/F61v2UloL4V50+cdr0nrQ0K20AZpN1Z/xn8+l4zl5Xvx79aEPrkKEJef+648xAOKKmhjbuOKSnJBvbZ0/FssbO7DcPMMqGAyvG+lfj4v8AxCd1oIHV5QJ35r1CEpsXPs2M2phUu202Yh2d45SRJIKGEvL9cT+ff0Rr6ZcMHUWeBbPuMT6be6zuX9uQjtKj2taAarMQHxYecizQBT/LXM5pSUZIbxGbXjJk7q4l1hexbsn8xADEgjyiFZKRYB/Bp5sJvgtxNxXPipzgHA3nX/FwUX/98ReRbXRSR2jYG5c9n7","session":"0123456789abcdef","subject":"4a96e9e239687252e987043df75aa3a28c23196cb6b7231ded1f40c57cadaa65","v":1}', '0ff1af13512cc673d9b510b5d955e8621f7fb61c9de699d3fec9832c67f0db4d', 1795702289344, 'intent', 'leave_role', '01owner', 'harbour', '4a96e9e239687252e987043df75aa3a28c23196cb6b7231ded1f40c57cadaa65', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (149, '{"at":"1795702289380","deed":"revoke_invite","facts":{"others closed":0},"index":149,"instance":"harbour","intent":148,"key":"4778bfcd17e637ce8e60d2711b9272cabb935a6b8c8c22317b990f4e1352f390:230","kind":"outcome","outcome":"succeeded","sealed":"XY4dBt8hTk5E7qxRQGg5OrvOaeWFHjSQJ6UksnCZLnH00NFi/ZcSa48MYQJAPwaZywKu7X6oeti0AwCi45AeiHYcZTGm0L/9GlHD4wFfci6PJ9JkiZ8V52CbdL0xItsYPinAq2bLOdkWPA9vQhxCQKobCZGeufiMVVRZv7RYEroIwrrrH3GW","subject":"4778bfcd17e637ce8e60d2711b9272cabb935a6b8c8c22317b990f4e1352f390","v":1}', 'b4cc8d39f6117cd788337fd105464aaf7a1324d4cacbad00e78887e37af0f215', 1795702289380, 'outcome', 'revoke_invite', NULL, 'harbour', '4778bfcd17e637ce8e60d2711b9272cabb935a6b8c8c22317b990f4e1352f390', 148, 'succeeded');
INSERT INTO public.ledger_entries VALUES (153, '{"at":"1795702289387","deed":"refuse_access_request","facts":{"others closed":0},"index":153,"instance":"harbour","intent":152,"key":"02b580092a1cd53c0f43b3ac851f1fa093a2aef5741ee377da7c226fa6446b8f:230","kind":"outcome","outcome":"failed","sealed":"mhGSTplmo+Dn58F1+4n/YUvaLQkU1DfJxAGAI7Rm62I703OxM2CZ2dwJukW/8saI02pAxNqN+Br8u3+VcmBRE4PEDO28vcRFkWBFSTrGzFCQSDXWQ0wHkoGC6V1As450pIjWJuuow5GenGSiUDpcJtEFoKWYAa7VtCd4uE0IOF+uckq4um5v","subject":"02b580092a1cd53c0f43b3ac851f1fa093a2aef5741ee377da7c226fa6446b8f","v":1}', '558c2e49c897a4b5176328a48525274c10007034510fad90ecd6caeffd4400d4', 1795702289387, 'outcome', 'refuse_access_request', NULL, 'harbour', '02b580092a1cd53c0f43b3ac851f1fa093a2aef5741ee377da7c226fa6446b8f', 152, 'failed');
INSERT INTO public.ledger_entries VALUES (157, '{"at":"1795702289395","deed":"withdraw_note","facts":{"others closed":0},"index":157,"instance":"harbour","intent":156,"key":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a:230","kind":"outcome","outcome":"stale","sealed":"kASNiVmZcArjVDT+jzuS8KfCthvlgbjl8N87DVWRag/42+VQAZ0rtW9EumQ9rkW3DGOhmMtbUuTTGzxsjfIrwmcIikfmaJF7WbaRYKd0HT/3IZO99irRBmEq6lP0IlRMWokNj5nEDzV+ukd46Q5jI6mX6oQ+b4BtdxBTqR26m7x8KQZEsj5PKbLUsjB0zN+W4mpU","subject":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a","v":1}', 'a392b4f8f27069da540d8d7bfe05185770f11fccb5daedf9a101838dadbd9540', 1795702289395, 'outcome', 'withdraw_note', NULL, 'harbour', '4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a', 156, 'stale');
INSERT INTO public.ledger_entries VALUES (124, '{"acting":{"own":"110000000000000001"},"at":"1795702289308","deed":"change_address_block","facts":{"after":"sign_up_block"},"index":124,"instance":"harbour","key":"cc49ee540f2660a21cee909c7cbdda5c4cbeba3cce622e88ba98e80d4d9c9162:230","kind":"intent","mark":{"log":"70","strike":"7"},"operator":"01owner","permission":"manage_blocks","role":"owner","sealed":"UMBUM0q8YPNlVp5DE+1dbD6fkrfdLxIthILUOE+4656lTIF4vTybj8VtNxb3AVQ2QBClQb9l+64IYnrVaQuLegIRSGDlQ/aRS8Q4z9QNdk48cSkJkwXXCrIKmS71Ji6YJEPbVMBcRC2/Zlaes0QeNNmXBlal5cg6U0Cq0o17fBn4O1qTBQd5RHkLBGXmbXlKqi1E5JMeGNcvRy3rCUC/TfQYglHRcD2EfEm/9U7MPxB7lOyHuVmE5bFMK/yXdX/ukpdOcw669UjsYEbvx0uGadNYNQklsgDRH0O0uhNzW+Op+pL5MK8+Y71UU4H0tzucSjBjS+tcMiORocY9XltFLPqzbniatOm0Y7vFfA","session":"0123456789abcdef","subject":"cc49ee540f2660a21cee909c7cbdda5c4cbeba3cce622e88ba98e80d4d9c9162","v":1}', '1086f9756fb527cc078756aa8e01ddae4af6875b75e0254afa69904cabf97bd1', 1795702289308, 'intent', 'change_address_block', '01owner', 'harbour', 'cc49ee540f2660a21cee909c7cbdda5c4cbeba3cce622e88ba98e80d4d9c9162', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (131, '{"at":"1795702289333","deed":"export_record","facts":{"others closed":1},"index":131,"instance":null,"intent":130,"key":"65edca076bf899982805943bcbdd9ed8c5fc2cd97c179142409bb5513a8a55e5:230","kind":"outcome","outcome":"unknown","sealed":"jNe3se52yCf0fNdbZ6Z7tsuxKOCxfIPU3s33mSn+zwiiL7orY7GMkHIT9ldx1LAVwSTQKP2gCxwwoaOuaL8CsQXnZv4gY+mKPNwXI6vF9k0apiEwbatfllWHBO/aecZZHbxBOgb3NYyBLiiXol9pBLtTK7gAWnC2ygUkGr1Oa2S9Mn9TTH1v","subject":"65edca076bf899982805943bcbdd9ed8c5fc2cd97c179142409bb5513a8a55e5","v":1}', '898ebb285baeb1e60d819a72287f4f5951df602645d36cd9c2dfecf566f76478', 1795702289333, 'outcome', 'export_record', NULL, NULL, '65edca076bf899982805943bcbdd9ed8c5fc2cd97c179142409bb5513a8a55e5', 130, 'unknown');
INSERT INTO public.ledger_entries VALUES (135, '{"at":"1795702289342","deed":"export_sheet","facts":{"others closed":1},"index":135,"instance":null,"intent":134,"key":"5ddb4672d147b6fcf6be602f64a5dd56ff408e71e28e0046dec4f071ac035c6c:230","kind":"outcome","outcome":"refused","sealed":"Si8AXgfa1ZWmgU82ln2eHawwkKsLlJRcyO9bzY/vrsuRQHOIw1IYUy3lCjuKVFWXOzzo7JqzbluF1paDjeiT0dRl+FlCBUPar5uEzd3xXg4p8WDDzO9nbKzpuBSLuPkinLOnSc80ymVSsGBfJtF68V8yP9djYKXWtiSr/YiOu2+FY1pod9Ku","subject":"5ddb4672d147b6fcf6be602f64a5dd56ff408e71e28e0046dec4f071ac035c6c","v":1}', '085d0ef7b42d400fbdd6b23b4df6023442330f1ca24e28435b9b484151a4a3f0', 1795702289342, 'outcome', 'export_sheet', NULL, NULL, '5ddb4672d147b6fcf6be602f64a5dd56ff408e71e28e0046dec4f071ac035c6c', 134, 'refused');
INSERT INTO public.ledger_entries VALUES (138, '{"acting":{"service":"110000000000000000"},"at":"1795702289348","deed":"assign_role","facts":{"after":"3","before":null},"index":138,"instance":"harbour","key":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a:230","kind":"intent","mark":{"log":"77","strike":"7"},"operator":"01owner","permission":"manage_roles","role":"owner","sealed":"myXZktMEXIMk0PhDalOX+10E4JeBSrMXBs/kiMHS/BEJoaowqnlbhi6DpQRMj0E68bxPgoyVMgXtIbK2/8C4pEuGooFpEKLUjq2udJ1nGhm8gXul8YKSyhdgCFbE3dLevdSAJVQlK2UOnzqrXoi9y8YnFuoRGwMcL1Zv60zEH0hh1ERoGUoTml5gn1Nt5zqprGXqVVhNWQuPQVx/36SKxtQ918Ls5B1V58tngmC43bRfNBBuuOjrHGyBdaPbeo0dGSh96+d6N4uKHXQPrB1Y03nUE5w/DErmCyiibAnXxHLyCE4Zj6yfPrCnIrZRkk2SIC2nh+ASl3g","session":"0123456789abcdef","subject":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a","v":1}', '6aa072cc68732f517581e7dc898fa9d9cde2f9746d655b2a915cfb346b955325', 1795702289348, 'intent', 'assign_role', '01owner', 'harbour', '4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (142, '{"acting":{"own":"110000000000000001"},"at":"1795702289356","deed":"assign_role","facts":{"after":null,"before":"4"},"index":142,"instance":"harbour","key":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a:230","kind":"intent","mark":{"log":"79","strike":"7"},"operator":"01owner","permission":"take_roles_away","role":"owner","sealed":"sgnS7+dYxiDit7gltFMsZJ5QJNxYMOcEBOpoHgOZdq0MyhPI9PXb3jn7iomT4q3pWTZPkKbz6+QlS22nAAWoDhJ+AdHOujOqFeI7CxchKqmj5934p173ikk4jgRQgo3H81EKfVulr11DO1yBdDBw5Aowv92wFD8nXxEjTMuOjTwDT8L2aTkm+swgcKlTlUXCAGSuH4WY977WXGmpMFBTuuzD4aEOb/bZCe5im3dMvgrxeMqU2fxeCO2X9DQf6lmCDv3WATvpWLJOtbY6dZ8+xRAogLCf7Z79KErPbcABVj0vrCTXipPHoNEqaCrp9jWiT3MZaw","session":"0123456789abcdef","subject":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a","v":1}', 'ce306953aab202fd7dd54c7bc5b26129313f469cd3b7f161bf2e048e94eef9d3', 1795702289356, 'intent', 'assign_role', '01owner', 'harbour', '4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (145, '{"at":"1795702289365","deed":"issue_invite","facts":{"others closed":0},"index":145,"instance":"harbour","intent":144,"key":"bcc983d33e2c4ec3026666ac1331d1d37d6653f90f1c88ab1f60e7c8573f0802:230","kind":"outcome","outcome":"stale","sealed":"RceNrFLtLt+m2vOC5fkH04orBo3LqgfOPd72O0rCu/7P77N3HIx7w9jrric/Ah9xgUe77kOAFY0WklfyacQ4wcs7t2N77YiJqc+MzZYv+7bKlAmRIQ7WLJnf3nPJHLkEiEu1IcADTY6HEu10jlikidFRszaNqI0l4zy2W3j3ulR7yjsDdjnZ0Jx/iqBVrrCDm3ud","subject":"bcc983d33e2c4ec3026666ac1331d1d37d6653f90f1c88ab1f60e7c8573f0802","v":1}', '4529574caec235656e5171763d62abdda454e608de58d4e31e68aa1489715f68', 1795702289365, 'outcome', 'issue_invite', NULL, 'harbour', 'bcc983d33e2c4ec3026666ac1331d1d37d6653f90f1c88ab1f60e7c8573f0802', 144, 'stale');
INSERT INTO public.ledger_entries VALUES (151, '{"at":"1795702289383","deed":"enter_access_request","facts":{"others closed":1},"index":151,"instance":"harbour","intent":150,"key":"02b580092a1cd53c0f43b3ac851f1fa093a2aef5741ee377da7c226fa6446b8f:230","kind":"outcome","outcome":"partly","sealed":"t9rJ8xHGvMmwm0WiJWVkuHJy9LcIG3COdPFQd0P4Pm+8eqBH1Q0zSlLaL0TK1SufpC3S1cdug246ioXJf6alpMZuo0Gkn38jVSTQTTnsp5ybZueKIFh+qi0HBCnKhJzTgaO/pTsPW+aFfyl+at2sR/56ZG2YceJiNn7rGRZYfP+BCl2dw5Ju","subject":"02b580092a1cd53c0f43b3ac851f1fa093a2aef5741ee377da7c226fa6446b8f","v":1}', '554619ed90d60f593a5f958ef90a0ac9bbfb414813ab0bd655acc5ba93a5019a', 1795702289383, 'outcome', 'enter_access_request', NULL, 'harbour', '02b580092a1cd53c0f43b3ac851f1fa093a2aef5741ee377da7c226fa6446b8f', 150, 'partly');
INSERT INTO public.ledger_entries VALUES (155, '{"at":"1795702289392","deed":"write_note","facts":{"others closed":1},"index":155,"instance":"harbour","intent":154,"key":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a:230","kind":"outcome","outcome":"unknown","sealed":"Pnrq2YSX6UNU0pPgta3Xx0rB/WCjWOgNfk6TttiYcIGFf3W4UvQ6oK7ok3CD1YzvoYq0i+ifblIv54mzZwdCkUaFExFUtc8BvxvuHzJeV/joOQPJufWdCAJBPdaS8BuZlFaFn02t2DUMizsgnfaZiku6/mukJWs9XKmeIlTPRsElB9fyxqHD","subject":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a","v":1}', '7466d9527d137cb00dbcb6b0e164a48c7a44505fe51ab2c1cc380cb356516029', 1795702289392, 'outcome', 'write_note', NULL, 'harbour', '4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a', 154, 'unknown');
INSERT INTO public.ledger_entries VALUES (159, '{"at":"1795702289400","deed":"delete_account","facts":{"others closed":1},"index":159,"instance":"harbour","intent":158,"key":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a:230","kind":"outcome","outcome":"refused","sealed":"LkhZv0+Cr4GlmtiI1CRwKwQzeJ/IFrXDQjIU7IBI49fjbi7A2hcMNT+JKfAu/kUYnB8LiN2LSDiNMdVXzkECLtyjO8HEPjRcyccEmvXjGdPwiajw7HCpO5515QUcvbAm7XCyJSzzy1sNxu2ucPdExLfvmmde3xu6gs6eZxORbu9LOIUYR5D7","subject":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a","v":1}', '34ca447deba4c97167e2307b5223c9e4e2c13b3d57856fb88ac6321c75645b17', 1795702289400, 'outcome', 'delete_account', NULL, 'harbour', '4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a', 158, 'refused');
INSERT INTO public.ledger_entries VALUES (164, '{"at":"1795702289408","deed":"token_taken_back","facts":{"of":"01moderator"},"index":164,"instance":"harbour","kind":"fact","operator":null,"subject":null,"v":1}', '938f530d3c4d541ebe8780519fbb41b484b444a4b23cb3587e4203f9d1abe494', 1795702289408, 'fact', 'token_taken_back', NULL, 'harbour', NULL, NULL, NULL);
INSERT INTO public.ledger_entries VALUES (147, '{"at":"1795702289376","deed":"issue_invite","facts":{"others closed":1},"index":147,"instance":"harbour","intent":146,"key":"02b580092a1cd53c0f43b3ac851f1fa093a2aef5741ee377da7c226fa6446b8f:230","kind":"outcome","outcome":"refused","sealed":"z8/qOZKnN4wMMQ+Yh0YWjbegRHjRzVJVdkKOGElXH7EYEF8upQUXuGb9nUsu6Che1dXtEfc5jrdBv1e7wHEfER/t+aQUo7QqAIS6fk7+6CqmyExXvWN4r0vN5ddBq6T1Q9VHNJQwCT3xQSWvoa6gSy4YwwAavVNs3h2XN0iqniqS3P16L+OE","subject":"02b580092a1cd53c0f43b3ac851f1fa093a2aef5741ee377da7c226fa6446b8f","v":1}', '7477215ed3932ee6ce5f3811d58a1abe2840b8aa76a3e6f71c25df424a32d32c', 1795702289376, 'outcome', 'issue_invite', NULL, 'harbour', '02b580092a1cd53c0f43b3ac851f1fa093a2aef5741ee377da7c226fa6446b8f', 146, 'refused');
INSERT INTO public.ledger_entries VALUES (150, '{"acting":{"service":"110000000000000000"},"at":"1795702289381","deed":"enter_access_request","facts":{"accounts":3},"index":150,"instance":"harbour","key":"02b580092a1cd53c0f43b3ac851f1fa093a2aef5741ee377da7c226fa6446b8f:230","kind":"intent","mark":{"log":"83","strike":"7"},"operator":"01owner","permission":"manage_invitations","role":"owner","sealed":"6BZkLhL6+63ufJuCdQjmWAHK/xpcqn9DthsvCduEP6YkRzXzeOjgHLab+kRo4aWOz3zyJaR6DoaA1APCvmkMz9Jv/atoEm+XwYhZKBVLGID7JguQcTCPWXhF7PXajhAHObXmtNmdx8TZ4v1vJt/BXbuDxNsHaotp4W2z3h/ecyThx8tQIGzP6ScEoZDV3i86MD4RlBVnm2RrZPNmpIl9irsOAo25GhhE","session":"0123456789abcdef","subject":"02b580092a1cd53c0f43b3ac851f1fa093a2aef5741ee377da7c226fa6446b8f","v":1}', 'a2fd9ba48463a0374d0b40fae16d9999b4481b889275fc1c6cd641afaef84f34', 1795702289381, 'intent', 'enter_access_request', '01owner', 'harbour', '02b580092a1cd53c0f43b3ac851f1fa093a2aef5741ee377da7c226fa6446b8f', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (154, '{"acting":{"own":"110000000000000001"},"at":"1795702289389","deed":"write_note","facts":{},"index":154,"instance":"harbour","key":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a:230","kind":"intent","mark":{"log":"85","strike":"7"},"operator":"01owner","permission":"decide_reports","role":"owner","sealed":"q7L2liNvBr9/YhdnSr05Xf+U75gidi5gbROBjg62Eq0bs9qhMpqgXQjIrdHTGh3pz6ItUxqnhJCYvR/IjTpWIsB09UpXnly8qIwztU0ZH8PyGkJhrbX7OqYtDmLtgCO5xBC2haNz1XQ6iI5mr1NN/JPVWRRUbp12A9McjYJrGRuxLJJTVNw2EnovxDoLy/NyWDVqo9/XySVUDAijUXa/HQ4FlgFIFg6IMD2QEeq9wewNKggOXHcm1nN1xb3Iq0smEmHmSVNoTpQ8R7dnM47Sh6CSONoDUU8","session":"0123456789abcdef","subject":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a","v":1}', '906b2151c59ef1924a23e987f05cd5a96a6e18c3c3bf3dc1f49cd7b5aed098a8', 1795702289389, 'intent', 'write_note', '01owner', 'harbour', '4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (158, '{"acting":{"service":"110000000000000000"},"at":"1795702289396","deed":"delete_account","facts":{},"index":158,"instance":"harbour","key":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a:230","kind":"intent","mark":{"log":"87","strike":"7"},"operator":"01owner","permission":"delete_accounts","role":"owner","sealed":"+Og33kAwO11YrKYSeXPFlZUjerl/d9GfJJOTeu3wt4ZN9oOeLKRRyk1H9wDHWtZsU8qHBm9/Uh0XCcKB2kIvdwIOwY4Z8A9k32W8sY7T35De4Xcrkedxjex8pEWj2fu4TwGyNkP7Hu143QfkprXfadI8jmEpM/2b3i0LTeT0WtPoZ0Z9yZ7tIwyf0tPCZyOVyizF6FvhHTXJgy8wP4j4IzY4oWCrZy3Rt3KqoWF7IcEvVulyqEwObAHacRS9ueEh","session":"0123456789abcdef","subject":"4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a","v":1}', '9e2f4ee46a43e4552053a3e9d927ef6131e08004c2fc60f9ee6f495c96654267', 1795702289396, 'intent', 'delete_account', '01owner', 'harbour', '4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a', NULL, NULL);
INSERT INTO public.ledger_entries VALUES (163, '{"at":"1795702289407","deed":"token_left","facts":{"of":"01moderator"},"index":163,"instance":"harbour","kind":"fact","operator":null,"subject":null,"v":1}', '0aec378a6c45e0e9f3f76bc79477964955e259fcf44e7fd42859d89a8713ae74', 1795702289407, 'fact', 'token_left', NULL, 'harbour', NULL, NULL, NULL);
INSERT INTO public.ledger_entries VALUES (165, '{"at":"1795702289409","deed":"changed_elsewhere","facts":{"from":"1795698689404","now":"ee","part":"settings","to":"1795702289404"},"index":165,"instance":"harbour","key":"73832d92be18e368b0b0085025bece67e84e2366f9ceb87656b03b5842ec6fde:230","kind":"fact","operator":null,"sealed":"lVjqVPmydWO0CgNl+dxbQ5f4BCm7281fQG2s4g6plXdMi5gBTfpNaM/v8ovGpcHWYQ2+d5kd6F2cPpL0tov5nG3Qpy6XvuFJMv1++ugrHbx764rfzfTb2ezBPYhFaz8+V5k5Bov+","subject":"73832d92be18e368b0b0085025bece67e84e2366f9ceb87656b03b5842ec6fde","v":1}', 'd4741bfd193f1753309aeb0615a0f2fc8e5f2a9884d23408c4bd2c5b578a9eff', 1795702289409, 'fact', 'changed_elsewhere', NULL, 'harbour', '73832d92be18e368b0b0085025bece67e84e2366f9ceb87656b03b5842ec6fde', NULL, NULL);


--
-- Data for Name: ledger_head; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.ledger_head VALUES (1, 166, 'e1f869297b1249cc165f36c6036d4abde6dd0cc2f709bc9493aebcfc5fa903f0', 'af07ff28d90dbdaf8036d3241be8a595267ebe8357e2f217f078c0f17cb497af,d6befa12bb5294e2956e7e4731c07530a7dc1faffa1bede636b1520a78646bce,55ad0f49d13b14a25f037ba9b8b635e263a3d22a140b44b10da1d5c52dc74256,d3267a446b9e79f63d6093c485623d669911de7e2bc318d82571ae89aea31b2d');


--
-- Data for Name: ledger_keys; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.ledger_keys VALUES ('57bbf5e4241ad9b270a66f6b55b967b3faa249612f20c807f5e96452945c2fb6:230', '8EGmRHe2H06LUAXjKPMFwCFiynRjaxEsdi1CAymk+2DrKl6wGP5NmOKazisZyQj4AcV4LdKSau7K8dcLVHXpt8idQjFlFJJUiT3FrdZf0XvoaStL+UVvT3zGXdKORFrqHxTguIrSt1Y');
INSERT INTO public.ledger_keys VALUES ('80897900bac48b6bc1eec3e0540eb10f0eb2402bec2c881c58501fc235eb1148:230', '2r/N56b88rX34mf7mqOwhS5ue5HPpGGavnmDTjGLR8nn2cQc3mcE+sOJlZvh2+DrBVf1azLQTZ6eQy1pvtVIR+17OPjzwP2TvMMk8FEqqGw2l64M/Ub+2g73Z1dyQ2fPETI9GD23ya0');
INSERT INTO public.ledger_keys VALUES ('98b690fac34361a8061f6b2157546ea0d0752b2b645e297facbc648c2fe26299:230', 'Kdk5/RPWnq9G8teTapowUCboYY5xEPTt5Gp8FfR1qbn3wYy4vIgeqVtzMY/JG/M1kxZ0WAbuWOqWik6pfUYsOja35Cfi7MNqB0j2znlpM8VQYy7JDGN1w2o2CXtoWOU89HCd1RU1xQk');
INSERT INTO public.ledger_keys VALUES ('5ddb4672d147b6fcf6be602f64a5dd56ff408e71e28e0046dec4f071ac035c6c:230', 'taOolw3d1v+FgwfsyIfKawxAHPFms4EwR7MiVM06lTWY5FCtVsBixGp3QjRLD0Avlm9PIIEYiHgnQHdBZhdzti5qbzb29NtPufodd4nonD/kp1yDpKGKHRo7TjMHineq1ue+WGrBqyg');
INSERT INTO public.ledger_keys VALUES ('8ad9bc1b8efbca9c15c5a089497d4e161c0d8a6bf1d62c43d4de1867d1031a6c:230', 'cYrL0kgvs3oqFf7+iLgwlqeNNEDdLBzKkrIhYlGtRcDpdxqHdVKNt7vm6lR9bupK264avJ693ks8aArg8K2cpYkn1fP1g5an9cQJOY7Ib7/YPAyi4kiJwd8Gal60mLHrfQhJ09WDl8I');
INSERT INTO public.ledger_keys VALUES ('34b9d87ad289962d3915ed787046016693ef53844f50f44970f6f114c122c05c:230', 'U0mqaWfk1XPLNnGB1KmEAmo1dcoh/+FsJN30au7ku6Rdk52WqAfWAqTcif5RLzouCgyEI0i6Az4H6ULGnqPIVi3kIi+Gu3bUb47qqpSzYWOd+y7kvvX9Ux0yYYf7Elfwh/Zdb1NzYoE');
INSERT INTO public.ledger_keys VALUES ('30c0ff4884ef549a890097d7154d83b9d246cb14a8b3aa42d5c83605e553d86d:230', 'g8ijEOZoRO7hZKuHynAkV4IHy6g/l8OqUWk2HRFLqGaB8P9f7EOSqqc+PQ3z3W4DI3sgqi3KDM4Fp9LNhvIU8DKX7X+k3XnNIdsMFT9k+HDjokV6HYaMqXlRkiiKB+bKACpUVsH+eQo');
INSERT INTO public.ledger_keys VALUES ('0af97b75a79f8d00d0cf119f2716043e3171a60ef366236df415c691203db2ff:230', 'ZtXmUzszG8SMnp/txw7zbD+SKecGR0Cu22LuJTRvMak9DJR+3mmBu0xfzVpIlE/Lwgim7MHzctfNHVRwckK7ibWipH1uvsiJjxjUoUZFE6ZYhVdygt8hWRx8+Xh4gqIE2QSfqTUzpPw');
INSERT INTO public.ledger_keys VALUES ('5a5e268b5796e660f88e4489a8bc8f092485e4c15e240405495092a0bce8a23c:230', 'vCD5X4j3Zxwq07liXzRjCOJRpRVqUVvdHX+2E5wTvban3ea2Y0YJDXdiRB4NLSZy40JYBCHBUmh7MRyc/ruiH8ETPxcrIYYfFXA0tLFBYY4N4as4lXfre7R8XeunQ3goCNh/Gb8B1gc');
INSERT INTO public.ledger_keys VALUES ('2b3ff75321699e9c7a583778b8bb2998a963a7c99f5bf08b1c97adea39039edc:230', 'HlfozjZTvC8kZT8k0kmamgePjhDlzVKRhnM77dSP9QGIoxs0RDQ3sGCEJnlN9PQwiiMbDNVv9oOtDOIQXALafp4CWPryvGCCO0mqqokCW2nqkSdzJ9hTKDVm60dHDlYRl3KdTEIgmEY');
INSERT INTO public.ledger_keys VALUES ('45f2eaa3ab8fe8809861e5ba6ea6059d50a9fd1bc74530e5310eb632c2bdbf45:230', 's0GLBaRj9w+VVpLd3REn+6Da9oTR88v7CnUGkbSQeh83BZnMDuYjp2XcTDvxj+cIHGnA6Iy6X2JezH6k2SYnc6fqwNWpGj70eH1CW6eVG+tg4UxXWyZwUJk3UUZPTPbC96HQpht0kNc');
INSERT INTO public.ledger_keys VALUES ('e1bb64559164f51c8d78854e6670cdc7c1c82d4537baa9f14b3e6d5c6512c23f:230', 'U2O8r2BRWsnaTQgt/5VuQFQdNZ/GFyvjyjmaKwrrgQDEyLNwtrwb3/6/RAEU5n8R2+EQr0JtmsVGE+ClMDEtN0c6zB14nhglG72Ura5btaKDKnH9ImV7Z7YoNYXwSHkyibdwpuoSEmM');
INSERT INTO public.ledger_keys VALUES ('931224eec026dffc7d0f13457e763ee73644bdf2328d473d03d7f9d005561e29:230', 'vGrXaIQTlz5h0vGw90j5xNsh/mIEoeLjjt02j6sHVrb2NSYjb4z8S4uZZIvSfd7OQINVoTiIQjjxgRANjZfY4/XpHB/LQz+EiFdtsVRuV07ZWeBWcJbh7YMD8HVYuCUe46UFjzcYG7Q');
INSERT INTO public.ledger_keys VALUES ('4d8bd068751c6b77a2b3c0ba16dcfcbdd5c5d20e8eea7f10920f16f5b115b65a:230', 'sHPyWodkhFrmwCvJtttm1thcI7PyouRwv92vIf6gQqdEmh7qUjFbIftHTy2+TDr+q7BpbImEikAaFblddo8WhvXk5o5vP5NYszZntMtmAaS8R7SAYv151HgZ+QWpqsIF2GmTmVEt1AE');
INSERT INTO public.ledger_keys VALUES ('22f376fc84c23d352d1ae6d7cd6ec3a3446634536a91fb378c8a534ddab06fa3:230', 'wV44GZ539DlhBcTuFKObtX1MUqFC2C0k/kpazC0a6s6Ws9Nc2mAi0wPAIVm83EFekPxLchMxYLsEj2+YZ2GcY5x0xsJKxvIh86WHFsBseoDlIo+THz5UDYyNYOrYGKb8konVgVXEark');
INSERT INTO public.ledger_keys VALUES ('e9e6854b6bb61632fb51e60c89cd022aae69ee167724e5379d11c9f6297c9db8:230', '0mPy1IZAhqC72xrp3bhrtInVTO94EzrGqzn/Nfbdmwu6wN1hlXvpxAsk/E/Uox9S51rYitCUZrhANsYFL5D5vCsWsMKOXCuhanej5ZlZLnqstFZVU/ira4YohXNPklWFjCH4/qssvp8');
INSERT INTO public.ledger_keys VALUES ('2f05b9985ea9e6a7fb500904231ceafcec3ba70a9e7c87bffb28129de24f9ca7:230', 'MzxwCN4ORuwMD0nrrT8vPfv3FtWUpMngMEZc6a7juEG0Y7ZfwQJe1KnjIO2E7fFQykuYoy1IoP86s5VcUx6P6uaj4Oicgdf5FvYRLjTxiP0VqZAK2YI3/B4KYUKljXs3gPPgcaaLqxw');
INSERT INTO public.ledger_keys VALUES ('734c3378009fadea50fdff3ed07d8793f9d4ea94074a3a36fd1ebde0867522bb:230', 'o/ndD3/Vc/QPyYq5cXT51zMTBEV03MuKDiCIdV6BoazxsClzkwabwOvmyAxzNA69o6vLMOzQfeBWJOCJdBWmDrLCC9Lwif3GYBu/Bnm/KgI/xZLoWB2IzpfEbB7+niZVId65WiBvb3g');
INSERT INTO public.ledger_keys VALUES ('6cb8945e9e1b9c44837463c0bff3c1ac8537c87db1ed7b73f114387f6a093b01:230', '8D5MnRpEy0Si7lRJw8pSlkhs72M0FmPuluA/gyY1h6UfAGL/4xPqq0nABATeUrNJMFOjnsjcn4M9XXhnGLJCsFET43UcCXFDdCGvCF4v+0A6OIICUJK8ZajtpioYEsrGi0wPfqmZiUk');
INSERT INTO public.ledger_keys VALUES ('0e9ccd83a20cc7c87ca40eb50875b2ff7de72519cda5d965b00c397805f8623c:230', 'INLfMlfGt8ZcejHZrAdd3/3flBJnQmjGvhWEYTgy2WNI6Xz8XPtiAHSQrnB1trZH+V2mM70dEvzzyM+2DSvDVdIyOg3NrgLBMFqu+EVHLgX9EMn8V0H7QY3lepYcjRThqTUUj/qrhgs');
INSERT INTO public.ledger_keys VALUES ('821a2115ffeb3bb8f7d7c1395dcec5f293c51a06b993e161113ba9298e02eb19:230', '6kSU0GfF97G4MIAQj14+40q0Y4i6JCFxrxEFShrPufj0nltnVY7e+NLg5eUaDCt7VqXbr9F42lDORcXmcQSJd9kxkVRdtPort8V5pdbl5skQt/mkGFp2ZkojJF4tQzplt5DSjLiRZF4');
INSERT INTO public.ledger_keys VALUES ('4982059ee65702e67f078f14368eb13f9db25ccc32c4a862d71d173a6632f979:230', 'thGF5nAUc2bhoBfgRNkKc3HMJ/TMIboYW4BvqDLgqNOcAwcJ/Rm9ob7g6rV0qsU5P9dKTjKg+sLTnM+tCufn0Q0ekUnTGAuFj5RrXuZ84tnyLUPTFdD9rYKSKioveQ7GVumG+zeBP/4');
INSERT INTO public.ledger_keys VALUES ('54d47efc35f81036d519bb156c671a269c118a13e52f12f13083a1990eadb214:230', 'r4JTXdGu2r0xqL+UOXPrqIjVfJhL9MEhoNDQOJT8/XKqY32/RHY30fpsW92st2kIhIwkZPnlecVPRxtLiDYSLZuXsj3xUgOQ2XaOQCPXn6JSHCgvCAQZWiRRcKmy48m8eXE/YHBnuxY');
INSERT INTO public.ledger_keys VALUES ('cc49ee540f2660a21cee909c7cbdda5c4cbeba3cce622e88ba98e80d4d9c9162:230', 'aAtvBZCDDFSGV5TAZp/bCk5y9itfrtrtfnS3k8FKPh3Vz2FtkDKJHusO0DShxSZD0bwN6mSZIpvN8rq8seiRpFf1ZnVOo18t5IwkWNrlJjEfGjwugZb+EAM8RtfMWPFu7EMLjOeGfaQ');
INSERT INTO public.ledger_keys VALUES ('65edca076bf899982805943bcbdd9ed8c5fc2cd97c179142409bb5513a8a55e5:230', 'XTIOUV2XE8Ngw9FH7kLGKjlDrtdC6y68nanBQ9wakOrLGkYrYC8TWvv8YEmBYefkehG5dypDDX13ETEn756dswpCFR5bXAgsISHhrNbE2GI8lHCpuZ/DD/AptDFSAelV2GfL3wmpgAw');
INSERT INTO public.ledger_keys VALUES ('4a96e9e239687252e987043df75aa3a28c23196cb6b7231ded1f40c57cadaa65:230', 'r9C0V3avBDFKgrr/DUQfJU2M387Pp4N2BKQ1LS4pixq+YMiTWrV0114foZpXHhplMFR20yrgFn69baDVZXM9Bs5g59pJLcOvT/ivZftyhsvXIwHRGP5bnLsWTU3xqstD7G35w9fMzLw');
INSERT INTO public.ledger_keys VALUES ('bcc983d33e2c4ec3026666ac1331d1d37d6653f90f1c88ab1f60e7c8573f0802:230', '3rlry3flgM4esQthwI/mMbEoa+3FVFy/B94MJdc61lxL+zkGaBFSOLxvroK4jL0n9bohEoNO0RlI7w498mOm+1dZGSfuuPQVfIWJF6bGApUuvMxGuBSQOS6OQ+6hfnzmJ8I4AX8EXf0');
INSERT INTO public.ledger_keys VALUES ('02b580092a1cd53c0f43b3ac851f1fa093a2aef5741ee377da7c226fa6446b8f:230', 'wnpVyj4ez2rMMUSQh0SWmmzpKnI0uLo1kt4+hnHn92Qfl4IYVulc47EszGeqnLEdeOeUlox3iJDPebtnuySf7zoBYM4Io/E02kznwL1mr4ltmP+PQCXRBzWteT3DQCUZJQHBSt1yMso');
INSERT INTO public.ledger_keys VALUES ('4778bfcd17e637ce8e60d2711b9272cabb935a6b8c8c22317b990f4e1352f390:230', 'v8duAJv2ws31JsYPOvn9noWjv7NX8tW3f0Nfvm9p1wzclnUn5h6rqneCRaUHkk40IaxcW+jPclxGOK1Qh7Jk2w32W7ObdOB6pCLyrLaBstcUYq73162iV4E5x2cUfCpXMgfPZhKG0LY');
INSERT INTO public.ledger_keys VALUES ('73832d92be18e368b0b0085025bece67e84e2366f9ceb87656b03b5842ec6fde:230', 'SScbg7XtQoVStfI2s7FN2KagPuPnX2GYlVRHOsFpfuFhlJ9dSg3w4LchQlEqP4QK785qY8FcS9ROll+fWbocNwWE7VW3NrwNRvDZoxA7Zn5BDXuOdx/++eWGvAbR2Fiin8tUaUNsopE');


--
-- Data for Name: left_tokens; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.left_tokens VALUES ('01LEFT', '01admin', 'harbour', '110000000000000102', 'VAScZfug4RlTDqPadwAtdC4m+oADG7fF/dZkx8nvjuOlTG/PXC3yRoK0GBdvS5JxSGtkAKbP7RUI/rLh+7wYOqvr5wG/wIqjcb/Hcc1qUVKVYHcrg9SIkNikdQHg6w', 1795702288861, 0, 1795788688861);


--
-- Data for Name: linked_accounts; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.linked_accounts VALUES ('01moderator', 'harbour', '110000000000000101', '98cn3IgEXONlo7BQAEx36SsVfjvDw16OLpZMYfxTZXpn/7FWkgNd/pjRJjJhdULSxOwbE8fWVoQU9TFap/pBlRlpsEtQCBqy5mmtF5UJqmVFfs+nrJijsA1WrwfSuhCoilY', 1795702288861);


--
-- Data for Name: oauth_clients; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: open_deeds; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: operators; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.operators VALUES ('01owner', 'owner', 'owner', 'owner', '$argon2id$v=19$m=19456,t=2,p=1$GQ86dnOWcngmnUFRfraPlQ$onSnt7GIJnJCDB9+z4QANyPwWf3Kzxwv/htikZiwCcs', NULL, 0, NULL, 1795702288358);
INSERT INTO public.operators VALUES ('01admin', 'admin', 'admin', 'admin', '$argon2id$v=19$m=19456,t=2,p=1$hF5tSsPI2+ypmSarSvyiFg$vhEI6wknASfQ4vOzMP09plcL+kkd5s3E76IWjKgBZkw', NULL, 0, NULL, 1795702288396);
INSERT INTO public.operators VALUES ('01moderator', 'moderator', 'moderator', 'moderator', '$argon2id$v=19$m=19456,t=2,p=1$ef3lSdZxcCb13j4aYND0+g$jixWdBlOH15TA4E1u24ythF9DPX2AfNEaD+/FmwwUnU', NULL, 0, NULL, 1795702288419);
INSERT INTO public.operators VALUES ('01contractor', 'contractor', 'contractor', 'contractor', '$argon2id$v=19$m=19456,t=2,p=1$zxCEZtR6sWZUKbl2r+MMdg$0Hw4oOVl5a48OaL/lT1dbFKaA6pECxNf1vEONWj47iM', NULL, 0, NULL, 1795702288441);
INSERT INTO public.operators VALUES ('01auditor', 'auditor', 'auditor', 'auditor', '$argon2id$v=19$m=19456,t=2,p=1$uR21giuFuVdwpCbX/eRPeg$sp8S2fmRHP91qxrbOX9qRZS5DdKlOcUvNnO+lVzq9mY', NULL, 0, NULL, 1795702288464);
INSERT INTO public.operators VALUES ('01karl', 'karl', 'karl', 'contractor', '$argon2id$v=19$m=19456,t=2,p=1$t2vviqNeMP9MfJZ0l4rtnw$Fg78F6Wp8ibv+saqubypQILSrvZcqWaWy5BatjtoupE', NULL, 0, NULL, 1795702288794);
INSERT INTO public.operators VALUES ('01dana', 'dana', 'dana', 'moderator', '$argon2id$v=19$m=19456,t=2,p=1$JExkUca1XjictyrW8660Gg$w7qxbn+y8RZO1yBb/ySys/QjVHF70HixE46TQyWMvIA', NULL, 0, 1795702288837, 1795702288746);
INSERT INTO public.operators VALUES ('01mila', 'mila', 'mila', 'admin', '$argon2id$v=19$m=19456,t=2,p=1$Vn/dHDHt3Lcb77NdFhoe/g$WPLb0Ygc1IzBvc66OKf8d2cC7CLH7g7evqIv/fLKKxA', NULL, 0, NULL, 1795702288772);
INSERT INTO public.operators VALUES ('01second', 'second', 'second', 'owner', '$argon2id$v=19$m=19456,t=2,p=1$E8tg0AausgD7Yr04QHUz/g$wBIEiqaL6hYc/0zurZ2+ERxTa88AYrHAKQYADkDvs8Y', 'vTmegDPcLjj9Qkx+pkoSBDMC+OZyJj9FZ4NoZxCXiFfKweczr1moROnV+da968HbIeBahrGsgOT4JwewFVT4Md7TJE1794gy', 0, NULL, 1795702288723);


--
-- Data for Name: recovery_codes; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.recovery_codes VALUES ('01second', 'f5b44fbde1af7412aa6694234b3829810f7331f409c3be224129d6e0aa360369', NULL);
INSERT INTO public.recovery_codes VALUES ('01second', '1dd1f21ecb6a1178821ab1e1f83f820ee89b5b9a0bce45f7a70a34f006510d31', NULL);


--
-- Data for Name: refusals; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: setup_links; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.setup_links VALUES ('f7501730992cde3249d0af2c21a8228a17bcd7af832cf28ea3c84bf229e2b58d', 'moderator', 'noor', 1795702288852, 1795961488852, '01owner');


--
-- Data for Name: snapshot_turns; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: snapshots; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: web_sessions; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.web_sessions VALUES ('33be9fabe6aa73a97551f83cbb59a222ce06fc56f26d891f0ad2655c77e04a28', '01owner', '{"operator":{"operator":"01owner","stage":"full","enrolling":null}}', 1795702288827, 1795702288830, 1795745488827);
INSERT INTO public.web_sessions VALUES ('bdfcd3e2381435dc1af9b7e47c2422e3138ab7f730f2c6f1fe4869ee3a8b8040', '01admin', '{"operator":{"operator":"01admin","stage":"full","enrolling":null}}', 1795702288987, 1795702288989, 1795745488987);
INSERT INTO public.web_sessions VALUES ('2fa163ad4ad68253a70fc683f59b65da330a179b369cc86e18b4d0786f79b41f', '01moderator', '{"operator":{"operator":"01moderator","stage":"full","enrolling":null}}', 1795702289009, 1795702289011, 1795745489009);
INSERT INTO public.web_sessions VALUES ('5792d1b735752aa5b3fdc4644d7296299392aea9cb200cb486eb31323ee8f0cd', '01contractor', '{"operator":{"operator":"01contractor","stage":"full","enrolling":null}}', 1795702289031, 1795702289033, 1795745489031);


--
-- Name: _sqlx_migrations _sqlx_migrations_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public._sqlx_migrations
    ADD CONSTRAINT _sqlx_migrations_pkey PRIMARY KEY (version);


--
-- Name: access_requests access_requests_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.access_requests
    ADD CONSTRAINT access_requests_pkey PRIMARY KEY (id);


--
-- Name: account_notes account_notes_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.account_notes
    ADD CONSTRAINT account_notes_pkey PRIMARY KEY (id);


--
-- Name: attempts attempts_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.attempts
    ADD CONSTRAINT attempts_pkey PRIMARY KEY (key_hash);


--
-- Name: batch_items batch_items_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.batch_items
    ADD CONSTRAINT batch_items_pkey PRIMARY KEY (batch, "position");


--
-- Name: batches batches_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.batches
    ADD CONSTRAINT batches_pkey PRIMARY KEY (id);


--
-- Name: case_holds case_holds_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.case_holds
    ADD CONSTRAINT case_holds_pkey PRIMARY KEY (instance, account);


--
-- Name: domain_import_rows domain_import_rows_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.domain_import_rows
    ADD CONSTRAINT domain_import_rows_pkey PRIMARY KEY (import, line);


--
-- Name: domain_imports domain_imports_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.domain_imports
    ADD CONSTRAINT domain_imports_pkey PRIMARY KEY (id);


--
-- Name: drafts drafts_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.drafts
    ADD CONSTRAINT drafts_pkey PRIMARY KEY (id);


--
-- Name: grant_roles grant_roles_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.grant_roles
    ADD CONSTRAINT grant_roles_pkey PRIMARY KEY (grant_id, instance);


--
-- Name: grants grants_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.grants
    ADD CONSTRAINT grants_pkey PRIMARY KEY (id);


--
-- Name: ledger_checkpoints ledger_checkpoints_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ledger_checkpoints
    ADD CONSTRAINT ledger_checkpoints_pkey PRIMARY KEY (size);


--
-- Name: ledger_entries ledger_entries_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ledger_entries
    ADD CONSTRAINT ledger_entries_pkey PRIMARY KEY (idx);


--
-- Name: ledger_head ledger_head_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ledger_head
    ADD CONSTRAINT ledger_head_pkey PRIMARY KEY (id);


--
-- Name: ledger_keys ledger_keys_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ledger_keys
    ADD CONSTRAINT ledger_keys_pkey PRIMARY KEY (id);


--
-- Name: left_tokens left_tokens_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.left_tokens
    ADD CONSTRAINT left_tokens_pkey PRIMARY KEY (id);


--
-- Name: linked_accounts linked_accounts_instance_account_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.linked_accounts
    ADD CONSTRAINT linked_accounts_instance_account_key UNIQUE (instance, account);


--
-- Name: linked_accounts linked_accounts_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.linked_accounts
    ADD CONSTRAINT linked_accounts_pkey PRIMARY KEY (operator, instance);


--
-- Name: oauth_clients oauth_clients_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.oauth_clients
    ADD CONSTRAINT oauth_clients_pkey PRIMARY KEY (instance);


--
-- Name: open_deeds open_deeds_intent_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.open_deeds
    ADD CONSTRAINT open_deeds_intent_key UNIQUE (intent);


--
-- Name: open_deeds open_deeds_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.open_deeds
    ADD CONSTRAINT open_deeds_pkey PRIMARY KEY (subject);


--
-- Name: operators operators_name_key_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.operators
    ADD CONSTRAINT operators_name_key_key UNIQUE (name_key);


--
-- Name: operators operators_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.operators
    ADD CONSTRAINT operators_pkey PRIMARY KEY (id);


--
-- Name: recovery_codes recovery_codes_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.recovery_codes
    ADD CONSTRAINT recovery_codes_pkey PRIMARY KEY (operator, hash);


--
-- Name: refusals refusals_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.refusals
    ADD CONSTRAINT refusals_pkey PRIMARY KEY (instance, intent);


--
-- Name: setup_links setup_links_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.setup_links
    ADD CONSTRAINT setup_links_pkey PRIMARY KEY (hash);


--
-- Name: snapshot_turns snapshot_turns_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.snapshot_turns
    ADD CONSTRAINT snapshot_turns_pkey PRIMARY KEY (instance);


--
-- Name: snapshots snapshots_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.snapshots
    ADD CONSTRAINT snapshots_pkey PRIMARY KEY (instance, part);


--
-- Name: web_sessions web_sessions_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.web_sessions
    ADD CONSTRAINT web_sessions_pkey PRIMARY KEY (id_hash);


--
-- Name: access_requests_invite; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX access_requests_invite ON public.access_requests USING btree (instance, invite);


--
-- Name: access_requests_state; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX access_requests_state ON public.access_requests USING btree (instance, state, id);


--
-- Name: account_notes_account; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX account_notes_account ON public.account_notes USING btree (instance, account, created_at);


--
-- Name: batches_instance; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX batches_instance ON public.batches USING btree (instance, created_at);


--
-- Name: domain_import_rows_difference; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX domain_import_rows_difference ON public.domain_import_rows USING btree (import, difference, line);


--
-- Name: domain_import_rows_state; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX domain_import_rows_state ON public.domain_import_rows USING btree (import, state, line);


--
-- Name: domain_imports_instance; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX domain_imports_instance ON public.domain_imports USING btree (instance, id);


--
-- Name: grants_operator; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX grants_operator ON public.grants USING btree (operator, id);


--
-- Name: ledger_entries_deed; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ledger_entries_deed ON public.ledger_entries USING btree (deed, idx);


--
-- Name: ledger_entries_intent; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX ledger_entries_intent ON public.ledger_entries USING btree (intent) WHERE (intent IS NOT NULL);


--
-- Name: ledger_entries_operator; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ledger_entries_operator ON public.ledger_entries USING btree (operator, idx);


--
-- Name: ledger_entries_subject; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ledger_entries_subject ON public.ledger_entries USING btree (subject, idx);


--
-- Name: refusals_address; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX refusals_address ON public.refusals USING btree (instance, address);


--
-- Name: refusals_mail; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX refusals_mail ON public.refusals USING btree (instance, mail);


--
-- Name: refusals_words; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX refusals_words ON public.refusals USING btree (instance, words);


--
-- Name: web_sessions_operator; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX web_sessions_operator ON public.web_sessions USING btree (operator);


--
-- Name: ledger_checkpoints ledger_checkpoints_in_order; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER ledger_checkpoints_in_order BEFORE INSERT ON public.ledger_checkpoints FOR EACH ROW EXECUTE FUNCTION public.ledger_checkpoint_in_order();


--
-- Name: ledger_checkpoints ledger_checkpoints_no_change; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER ledger_checkpoints_no_change BEFORE DELETE OR UPDATE ON public.ledger_checkpoints FOR EACH ROW EXECUTE FUNCTION public.ledger_refuse();


--
-- Name: ledger_checkpoints ledger_checkpoints_no_truncate; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER ledger_checkpoints_no_truncate BEFORE TRUNCATE ON public.ledger_checkpoints FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse();


--
-- Name: ledger_entries ledger_entries_in_order; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER ledger_entries_in_order BEFORE INSERT ON public.ledger_entries FOR EACH ROW EXECUTE FUNCTION public.ledger_in_order();


--
-- Name: ledger_entries ledger_entries_no_change; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER ledger_entries_no_change BEFORE DELETE OR UPDATE ON public.ledger_entries FOR EACH ROW EXECUTE FUNCTION public.ledger_refuse();


--
-- Name: ledger_entries ledger_entries_no_truncate; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER ledger_entries_no_truncate BEFORE TRUNCATE ON public.ledger_entries FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse();


--
-- Name: ledger_head ledger_head_alone; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER ledger_head_alone BEFORE INSERT ON public.ledger_head FOR EACH ROW EXECUTE FUNCTION public.ledger_head_alone();


--
-- Name: ledger_head ledger_head_grows; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER ledger_head_grows BEFORE UPDATE ON public.ledger_head FOR EACH ROW EXECUTE FUNCTION public.ledger_head_grows();


--
-- Name: ledger_head ledger_head_same; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER ledger_head_same BEFORE UPDATE ON public.ledger_head FOR EACH ROW EXECUTE FUNCTION public.ledger_head_same();


--
-- Name: ledger_head ledger_head_stays; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER ledger_head_stays BEFORE DELETE OR TRUNCATE ON public.ledger_head FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse();


--
-- Name: batch_items batch_items_batch_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.batch_items
    ADD CONSTRAINT batch_items_batch_fkey FOREIGN KEY (batch) REFERENCES public.batches(id);


--
-- Name: domain_import_rows domain_import_rows_import_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.domain_import_rows
    ADD CONSTRAINT domain_import_rows_import_fkey FOREIGN KEY (import) REFERENCES public.domain_imports(id);


--
-- Name: grant_roles grant_roles_grant_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.grant_roles
    ADD CONSTRAINT grant_roles_grant_id_fkey FOREIGN KEY (grant_id) REFERENCES public.grants(id);


--
-- Name: grants grants_operator_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.grants
    ADD CONSTRAINT grants_operator_fkey FOREIGN KEY (operator) REFERENCES public.operators(id);


--
-- Name: recovery_codes recovery_codes_operator_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.recovery_codes
    ADD CONSTRAINT recovery_codes_operator_fkey FOREIGN KEY (operator) REFERENCES public.operators(id);


--
-- PostgreSQL database dump complete
--



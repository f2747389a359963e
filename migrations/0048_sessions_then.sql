-- Which sessions were open at an instant is asked of the entries of the twelve hours before it: the condition is that of the
-- statement (`src/ledger/access.rs`), or no planner uses it.
create index ledger_entries_sessions on ledger_entries (at, idx)
    where kind <> 'outcome' and (deed || '') in ('signed_in', 'signed_out', 'end_sessions', 'disable_operator',
    'change_operator_role', 'link_account', 'unlink_account', 'change_password', 'set_factor', 'new_recovery_codes',
    'reset_sign_in');

-- What is to be done to each of a batch is proved, as the lines of an import are. About how many people or cases a batch is, is
-- known without opening what is sealed (0: a former version began it).
alter table batch_items add column mac text;
alter table batches add column about bigint not null default 0;

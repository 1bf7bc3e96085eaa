-- A triggered campaign is one test over all of its runs: it stands under the campaign's own id.
alter table variant_tests drop constraint variant_tests_execution_id_fkey;
alter table variant_tests add column begun_at timestamptz not null default now();

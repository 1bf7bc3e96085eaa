-- Bits of messages that came in no order do not get smaller: to try took more time than all else about the pages. Pages
-- that are there are rewritten as they are next counted on.
alter table metric_pages alter column bits set storage external;

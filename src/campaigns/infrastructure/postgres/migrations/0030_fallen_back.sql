-- Messages that another channel took over: rare, and asked for with every page of a plan that figures are folded by.
create index message_facts_fell_back on message_facts (execution_no, seq) where kind = 9;

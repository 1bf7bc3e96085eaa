-- Why a follower does not get on, in words, while it does not: whoever runs the service reads it in /health/ready.
alter table followers add column trouble text;

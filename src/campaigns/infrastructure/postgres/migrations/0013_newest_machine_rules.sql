-- New installations and new hits are judged by the second set of rules; `campaigns projections rebuild` judges the past.
update metric_generations set rules = 2 where rules < 2;

select count(*) from campaign_listing where tenant_id = %(tenant)s and not deleted {conditions}

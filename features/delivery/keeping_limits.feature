Feature: Keeping the limits of the world
  The service as a whole, a provider, a sender and a tenant each may have limits, whatever the campaigns ask for.

  Scenario: A provider takes only so many an hour
    Given 30 people with a mail address
    And a provider that takes 20 mails an hour
    When the campaign is started
    Then 20 mails arrive and no more
    And the run says that it waits for the limit of the provider
    And the operator sees that nothing is left of the limit this hour

  Scenario: A language that is sent under another domain is held to the limits of that domain's provider
    Given 30 people with a mail address who read Kazakh
    And a campaign whose mails in Kazakh leave by a provider that takes 20 mails an hour
    When the campaign is started
    Then 20 mails arrive and no more
    And the run says that it waits for the limit of the provider

  Scenario: A stored template that names the sender is held to the limits of the sender's provider
    Given 30 people with a mail address
    And a campaign whose template leaves by a provider that takes 20 mails an hour
    When the campaign is started
    Then 20 mails arrive and no more
    And the run says that it waits for the limit of the provider

  Scenario: A tenant may send only so many a day
    Given 30 people with a mail address
    And a tenant that may send 12 messages a day
    When the campaign is started
    Then 12 mails arrive and no more
    And the run says that it waits for the limit of the tenant

  Scenario: A new provider is warmed up
    Given 30 people with a mail address
    And a new provider that takes 40 mails on its first day
    When the campaign is started
    Then 4 mails arrive and no more
    And the run says that it waits for the warm-up of the provider
    And the operator sees that it is the first day of the warm-up

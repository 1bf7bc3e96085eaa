Feature: Signing mails
  A provider of the providers file may have keys. Its mails then bear the signature of their domain (DKIM), so that
  receivers know whom to trust, and offer to unsubscribe with one click.

  Scenario: Every mail of a provider with keys is signed
    Given 5 people with a mail address
    And a provider that signs for its domain
    When the campaign is started
    Then 5 signed mails arrive
    And each signature is valid by what the doctor says is to be published
    And each signature covers the way to unsubscribe with one click

variable "name" {
  description = "Beginning of every name, e.g. postroom-test."
  type        = string
}

variable "subscribed_queues" {
  description = "Queues that hear SES's topics: ses-events and inbound, by ARN."
  type        = map(string)
}

variable "alert_emails" {
  description = "Mailboxes that hear of alarms and alerts; each has to confirm once."
  type        = set(string)
}

variable "alert_phone_numbers" {
  description = "Telephones that hear of them by SMS, e.g. +4915112345678; a few cents a message."
  type        = set(string)
}

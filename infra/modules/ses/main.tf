# Sending: domains, and the configuration sets by which events come back.

locals {
  event_types = ["SEND", "REJECT", "BOUNCE", "COMPLAINT", "DELIVERY", "RENDERING_FAILURE", "DELIVERY_DELAY", "SUBSCRIPTION"]

  configuration_sets = merge(
    { (var.name) = local.event_types },
    var.tracking ? { "${var.name}-tracked" = concat(local.event_types, ["OPEN", "CLICK"]) } : {},
  )
}

resource "aws_sesv2_configuration_set" "this" {
  for_each = local.configuration_sets

  configuration_set_name = each.key

  delivery_options {
    tls_policy = "OPTIONAL" # a receiver without TLS still gets its mail
  }

  reputation_options {
    reputation_metrics_enabled = true
  }

  sending_options {
    sending_enabled = true
  }

  suppression_options {
    suppressed_reasons = ["BOUNCE", "COMPLAINT"]
  }
}

resource "aws_sesv2_configuration_set_event_destination" "this" {
  for_each = local.configuration_sets

  configuration_set_name = aws_sesv2_configuration_set.this[each.key].configuration_set_name
  event_destination_name = "postroom-events"

  event_destination {
    enabled              = true
    matching_event_types = each.value

    sns_destination {
      topic_arn = var.events_topic_arn
    }
  }
}

resource "aws_sesv2_email_identity" "this" {
  for_each = var.domains

  email_identity         = each.key
  configuration_set_name = aws_sesv2_configuration_set.this[var.name].configuration_set_name

  dkim_signing_attributes {
    next_signing_key_length = "RSA_2048_BIT"
  }
}

resource "aws_sesv2_email_identity_mail_from_attributes" "this" {
  for_each = { for domain, wish in var.domains : domain => wish if wish.mail_from != "" }

  email_identity         = aws_sesv2_email_identity.this[each.key].email_identity
  mail_from_domain       = "${each.value.mail_from}.${each.key}"
  behavior_on_mx_failure = "USE_DEFAULT_VALUE"
}

# Bounces come as events; as mails to the sender they would be doubled.
resource "aws_sesv2_email_identity_feedback_attributes" "this" {
  for_each = var.domains

  email_identity           = aws_sesv2_email_identity.this[each.key].email_identity
  email_forwarding_enabled = false
}

resource "aws_sesv2_account_suppression_attributes" "this" {
  count = var.manage_account_suppression ? 1 : 0

  suppressed_reasons = ["BOUNCE", "COMPLAINT"]
}

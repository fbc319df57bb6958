data "aws_region" "current" {}

locals {
  dkim_records = flatten([
    for domain, identity in aws_sesv2_email_identity.this : [
      for token in try(identity.dkim_signing_attributes[0].tokens, []) : {
        name  = "${token}._domainkey.${domain}"
        type  = "CNAME"
        value = "${token}.dkim.amazonses.com"
        why   = "DKIM of ${domain}"
      }
    ]
  ])
  mail_from_records = flatten([
    for domain, made in aws_sesv2_email_identity_mail_from_attributes.this : [
      {
        name  = made.mail_from_domain
        type  = "MX"
        value = "10 feedback-smtp.${data.aws_region.current.name}.amazonses.com"
        why   = "MAIL FROM of ${domain}: bounces come back to SES"
      },
      {
        name  = made.mail_from_domain
        type  = "TXT"
        value = "v=spf1 include:amazonses.com ~all"
        why   = "MAIL FROM of ${domain}: SPF"
      },
    ]
  ])
  dmarc_records = [
    for domain in keys(var.domains) : {
      name  = "_dmarc.${domain}"
      type  = "TXT"
      value = "v=DMARC1; p=none; rua=mailto:postmaster@${domain}"
      why   = "DMARC of ${domain}; where it has none yet"
    }
  ]
  receiving_records = [
    for domain in local.receiving_domains : {
      name  = domain
      type  = "MX"
      value = "10 inbound-smtp.${data.aws_region.current.name}.amazonaws.com"
      why   = "Mail for ${domain} comes to SES"
    }
  ]
}

output "configuration_set" {
  description = "Configuration set of all mail."
  value       = aws_sesv2_configuration_set_event_destination.this[var.name].configuration_set_name
}

output "tracking_configuration_set" {
  description = "The one that counts opens and clicks; \"\" without it."
  value       = var.tracking ? aws_sesv2_configuration_set_event_destination.this["${var.name}-tracked"].configuration_set_name : ""
}

output "dns_records" {
  description = "Every record that the domains need. Some regions sign DKIM under another zone than dkim.amazonses.com: the portal's page of the domain shows what SES says."
  value       = concat(local.dkim_records, local.mail_from_records, local.dmarc_records, local.receiving_records)
}

# Statements about SES and DNS.

locals {
  mail_statements = { for role, grant in local.grants : role => [for each in [
    {
      given = grant.sends
      statement = {
        Sid      = "Send"
        Effect   = "Allow"
        Action   = ["ses:SendEmail", "ses:SendRawEmail", "ses:SendBulkEmail"]
        Resource = concat([local.identities_arn], local.sending_set_arns)
      }
    },
    {
      given = grant.bounces
      statement = {
        Sid      = "Bounce"
        Effect   = "Allow"
        Action   = ["ses:SendBounce"]
        Resource = [local.identities_arn]
      }
    },
    {
      given = grant.account
      statement = {
        Sid      = "Account"
        Effect   = "Allow"
        Action   = ["ses:GetAccount", "ses:ListEmailIdentities"]
        Resource = ["*"]
      }
    },
    {
      given = grant.suppression
      statement = {
        Sid      = "Suppression"
        Effect   = "Allow"
        Action   = ["ses:ListSuppressedDestinations", "ses:PutSuppressedDestination", "ses:DeleteSuppressedDestination"]
        Resource = ["*"]
      }
    },
    {
      given = grant.domains != ""
      statement = {
        Sid      = "LookAtDomains"
        Effect   = "Allow"
        Action   = ["ses:GetEmailIdentity"]
        Resource = [local.identities_arn]
      }
    },
    {
      given = grant.domains == "manage"
      statement = {
        Sid    = "Domains"
        Effect = "Allow"
        Action = [
          "ses:CreateEmailIdentity", "ses:DeleteEmailIdentity",
          "ses:PutEmailIdentityMailFromAttributes", "ses:PutEmailIdentityConfigurationSetAttributes",
          "ses:PutEmailIdentityDkimSigningAttributes",
        ]
        Resource = concat([local.identities_arn], local.sending_set_arns)
      }
    },
    {
      given = grant.domains != "" && length(local.zone_arns) > 0
      statement = {
        Sid      = "FindZones"
        Effect   = "Allow"
        Action   = ["route53:ListHostedZonesByName", "route53:GetChange"]
        Resource = ["*"]
      }
    },
    {
      given = grant.domains != "" && length(local.zone_arns) > 0
      statement = {
        Sid      = "ReadRecords"
        Effect   = "Allow"
        Action   = ["route53:ListResourceRecordSets"]
        Resource = local.zone_arns
      }
    },
    {
      given = grant.domains != "" && length(local.zone_arns) > 0
      statement = {
        Sid      = "WriteRecords"
        Effect   = "Allow"
        Action   = ["route53:ChangeResourceRecordSets"]
        Resource = local.zone_arns
        Condition = {
          "ForAllValues:StringEquals" = {
            "route53:ChangeResourceRecordSetsRecordTypes" = ["CNAME", "MX", "TXT"]
            "route53:ChangeResourceRecordSetsActions"     = ["CREATE", "UPSERT"]
          }
        }
      }
    },
  ] : each.statement if each.given] }
}

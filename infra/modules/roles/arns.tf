# ARNs are made of names, so that roles wait for nothing.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.name

  queue_arns = { for queue in keys(var.queues) : queue => "arn:${local.partition}:sqs:${local.region}:${local.account}:${var.name}-${queue}" }
  dead_arn   = "arn:${local.partition}:sqs:${local.region}:${local.account}:${var.name}-*-dlq"

  files_arn   = "arn:${local.partition}:s3:::${var.buckets["files"]}"
  uploads_arn = "arn:${local.partition}:s3:::${var.buckets["uploads"]}"
  inbound_arn = "arn:${local.partition}:s3:::${var.buckets["inbound"]}"

  identities_arn   = "arn:${local.partition}:ses:${local.region}:${local.account}:identity/*"
  sending_set_arns = [for name in var.configuration_sets : "arn:${local.partition}:ses:${local.region}:${local.account}:configuration-set/${name}"]
  zone_arns        = [for zone in var.dns_zone_ids : "arn:${local.partition}:route53:::hostedzone/${zone}"]

  user_path         = "/${var.name}/smtp-users/"
  user_arn          = "arn:${local.partition}:iam::${local.account}:user${local.user_path}*"
  user_policy_arn   = "arn:${local.partition}:iam::${local.account}:policy${local.user_path}*"
  user_boundary_arn = "arn:${local.partition}:iam::${local.account}:policy/${var.name}-smtp-user-boundary"
  managed_user_arns = concat([local.user_arn], var.adopted_user_arns)

  function_arn = "arn:${local.partition}:lambda:${local.region}:${local.account}:function:"
  log_arn      = "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/"
  function_names = {
    for role in local.roles : role => role == "web" ? var.web_function_names : ["${var.name}-${role}"]
  }
}

# Statements about SMTP users. A user without our boundary can neither be made nor be given a policy, so that nobody is
# ever given more than the boundary holds.

locals {
  has_boundary = { StringEquals = { "iam:PermissionsBoundary" = [local.user_boundary_arn] } }

  user_statements = { for role, grant in local.grants : role => concat(local.own_users[role], local.adopted_users[role]) }

  # Users of an older system may be in groups, whose rights they shall not keep.
  adopted_users = { for role, grant in local.grants : role => [for statement in [
    {
      Sid      = "LeaveGroups"
      Effect   = "Allow"
      Action   = ["iam:RemoveUserFromGroup"]
      Resource = ["arn:${local.partition}:iam::${local.account}:group/*"]
    },
  ] : statement if grant.users && length(var.adopted_user_arns) > 0] }

  own_users = { for role, grant in local.grants : role => [for statement in [
    {
      Sid       = "MakeUsers"
      Effect    = "Allow"
      Action    = ["iam:CreateUser"]
      Resource  = [local.user_arn]
      Condition = local.has_boundary
    },
    {
      Sid       = "GivePolicies"
      Effect    = "Allow"
      Action    = ["iam:PutUserPolicy", "iam:AttachUserPolicy"]
      Resource  = local.managed_user_arns
      Condition = local.has_boundary
    },
    {
      Sid    = "ManageUsers"
      Effect = "Allow"
      Action = [
        "iam:GetUser", "iam:TagUser", "iam:DeleteUser",
        "iam:CreateAccessKey", "iam:ListAccessKeys", "iam:UpdateAccessKey", "iam:DeleteAccessKey",
        "iam:GetUserPolicy", "iam:ListUserPolicies", "iam:DeleteUserPolicy",
        "iam:DetachUserPolicy", "iam:ListAttachedUserPolicies", "iam:ListGroupsForUser",
      ]
      Resource = local.managed_user_arns
    },
    {
      Sid    = "OwnPolicies"
      Effect = "Allow"
      Action = [
        "iam:CreatePolicy", "iam:TagPolicy", "iam:GetPolicy", "iam:DeletePolicy",
        "iam:CreatePolicyVersion", "iam:GetPolicyVersion", "iam:ListPolicyVersions", "iam:DeletePolicyVersion",
      ]
      Resource = [local.user_policy_arn]
    },
    # IAM lets nobody be narrower here; the answers tell names and times alone.
    {
      Sid      = "LookAround"
      Effect   = "Allow"
      Action   = ["iam:ListUsers", "iam:ListPolicies", "iam:GetAccessKeyLastUsed"]
      Resource = ["*"]
    },
  ] : statement if grant.users] }
}

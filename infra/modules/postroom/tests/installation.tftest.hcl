# What an installation promises, whatever is switched on. `terraform test` in this module; no AWS, no network.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name              = "postroom-example"
  protect           = true
  public_url        = "https://mail.example.org"
  database_password = "example"
  secrets           = { SECRET_KEY = "example" }
  domains           = { "example.org" = { receives = true } }
}

run "smallest" {
  command = plan

  variables {
    protect     = false
    nat_gateway = false
    flow_logs   = false
    alarms      = false
    dashboard   = false
    database    = { kind = "none" }
  }

  assert {
    condition     = length(module.network.function_security_group_ids) == 2
    error_message = "Functions have the group of the ways out and that of the database's clients."
  }

  assert {
    condition     = output.nat_address == null && output.client_host_id == null && output.form_address == null
    error_message = "Parts that cost are off when they are switched off."
  }

  assert {
    condition     = length(output.alarm_names) == 0
    error_message = "Alarms are off when they are switched off."
  }

  assert {
    condition     = length(output.function_names) == 0
    error_message = "Without a package there are no functions."
  }
}

run "names_and_settings" {
  command = plan

  assert {
    condition     = alltrue([for queue, name in output.queue_names : name == "postroom-example-${queue}"])
    error_message = "Queues are called QUEUE_PREFIX-name."
  }

  assert {
    condition     = output.environment.QUEUE_PREFIX == "postroom-example" && output.environment.SECRETS_PARAMETER == "/postroom-example/secrets"
    error_message = "Settings name the queues and the secrets of this installation."
  }

  assert {
    condition     = !anytrue([for name in keys(output.environment) : strcontains(name, "PASSWORD") || contains(["SECRET_KEY", "DATABASE_URL"], name)])
    error_message = "No secret is a setting."
  }

  assert {
    condition     = local.bucket_names["files"] == "postroom-example-123456789012-files"
    error_message = "Buckets are called by the name and the account."
  }
}

run "too_many_connections_are_refused" {
  command = plan

  variables {
    database = { kind = "instance", max_connections = 10 }
  }

  expect_failures = [var.database]
}

run "a_name_that_fits_nowhere_is_refused" {
  command = plan

  variables {
    name = "Postroom Example"
  }

  expect_failures = [var.name]
}

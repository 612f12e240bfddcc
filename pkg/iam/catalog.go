package iam

// The Portal names of org-integrations-read, org-integrations-write and
// db-data-import are invented: default roles grant the three, but no document
// has their names.

func organizationPermissions() []Permission {
	return []Permission{
		{"Add Peering", "org-db-addpeering", Organization, "Connects a classic database to a network of one's own by VPC peering."},
		{"Create DB", "org-db-create", Organization, "Creates databases, and lists the regions where they can be."},
		{"Delete Custom Role", "org-role-delete", Organization, "Deletes custom roles."},
		{"Expand DB", "org-db-expand", Organization, "Changes the capacity of a classic database."},
		{"Import Data", "db-data-import", Organization, "Loads data into a database with the service's import tools."},
		{"Manage Metrics", "db-manage-thirdpartymetrics", Organization, "Sends a database's metrics to a monitoring service, and stops it."},
		{"Manage Migrator Proxy", "org-db-managemigratorproxy", Organization, "Starts and stops the proxy that migrates data into a database."},
		{"Manage Private Endpoint", "db-manage-privateendpoint", Organization, "Sets up private links between a cloud account and a database."},
		{"Manage Region", "db-manage-region", Organization, "Adds regions to a database and removes them."},
		{"Manage Streaming", "org-stream-manage", Organization, "Does everything with the organization's streaming tenants."},
		{"Notification Write", "org-notification-write", Organization, "Turns the organization's notifications on and off."},
		{"Read Audits", "org-audits-read", Organization, "Views and downloads the audit logs."},
		{"Read Billing", "org-billing-read", Organization, "Views bills and usage."},
		{"Read CMK Key", "org-cmk-read", Organization, "Views the customer keys that encrypt databases."},
		{"Read Custom Role", "org-role-read", Organization, "Views roles and their permissions."},
		{"Read External Auth", "org-external-auth-read", Organization, "Views the settings of single sign-on."},
		{"Read IP Access List", "accesslist-read", Organization, "Views IP access lists."},
		{"Read Integrations", "org-integrations-read", Organization, "Views the organization's integrations with other services."},
		{"Read Organization", "org-read", Organization, "Shows the organization in the Portal."},
		{"Read Token", "org-token-read", Organization, "Lists the organization's application tokens, without their secrets."},
		{"Read User", "org-user-read", Organization, "Lists the organization's members and their roles; required to use the Portal."},
		{"Reset Password", "org-db-passwordreset", Organization, "Sets a new password for a user of a classic database."},
		{"Suspend DB", "org-db-suspend", Organization, "Parks a database and wakes it again."},
		{"Terminate DB", "org-db-terminate", Organization, "Deletes a database with all its data permanently."},
		{"View DB", "org-db-view", Organization, "Lists and shows databases; required to use the Portal."},
		{"Write Billing", "org-billing-write", Organization, "Adds and changes payment methods."},
		{"Write CMK Key", "org-cmk-write", Organization, "Registers customer keys that encrypt databases."},
		{"Write Custom Role", "org-role-write", Organization, "Creates and changes custom roles with any permission."},
		{"Write External Auth", "org-external-auth-write", Organization, "Changes the settings of single sign-on."},
		{"Write IP Access List", "accesslist-write", Organization, "Changes IP access lists."},
		{"Write Integrations", "org-integrations-write", Organization, "Changes the organization's integrations with other services."},
		{"Write Organization", "org-write", Organization, "Creates organizations and deletes this one."},
		{"Write Token", "org-token-write", Organization, "Generates and revokes application tokens."},
		{"Write User", "org-user-write", Organization, "Invites and removes members, and changes their roles."},
	}
}

func keyspacePermissions() []Permission {
	return []Permission{
		{"Alter Keyspace", "db-keyspace-alter", Keyspace, "Changes the settings of a keyspace."},
		{"Authorize Keyspace", "db-keyspace-authorize", Keyspace, "Allows others to use a keyspace."},
		{"Create All Keyspaces", "db-all-keyspace-create", Keyspace, "Creates any keyspace in a database."},
		{"Create Keyspace", "db-keyspace-create", Keyspace, "Creates a keyspace and its contents."},
		{"Describe All Keyspaces", "db-all-keyspace-describe", Keyspace, "Reads the schema of every keyspace of a database."},
		{"Describe Keyspace", "db-keyspace-describe", Keyspace, "Reads the schema of a keyspace and lists its tables."},
		{"Drop Keyspace", "db-keyspace-drop", Keyspace, "Deletes a keyspace with all its data."},
		{"Grant Keyspace", "db-keyspace-grant", Keyspace, "Gives others single permissions on a keyspace."},
		{"Modify Keyspace", "db-keyspace-modify", Keyspace, "Changes data anywhere in a keyspace."},
	}
}

func tablePermissions() []Permission {
	return []Permission{
		{"Alter Table", "db-table-alter", Table, "Changes the columns and settings of a table."},
		{"Authorize Table", "db-table-authorize", Table, "Allows others to use a table."},
		{"Create Table", "db-table-create", Table, "Creates tables."},
		{"Describe Table", "db-table-describe", Table, "Reads the schema of a table."},
		{"Drop Table", "db-table-drop", Table, "Deletes a table with all its data."},
		{"Grant Table", "db-table-grant", Table, "Gives others single permissions on a table."},
		{"Modify Table", "db-table-modify", Table, "Inserts, updates and deletes rows."},
		{"Select Table", "db-table-select", Table, "Reads rows."},
	}
}

func apiPermissions() []Permission {
	return []Permission{
		{"Access CQL", "db-cql", API, "Connects with CQL, as drivers, the CQL shell and bulk loaders do, and downloads the secure connect bundle."},
		{"Access GraphQL API", "db-graphql", API, "Connects through the GraphQL API."},
		{"Access REST", "db-rest", API, "Connects through the REST, Document and Data APIs."},
	}
}

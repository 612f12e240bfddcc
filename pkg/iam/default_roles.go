package iam

// The resources of the default roles below the organization.
const (
	seesDatabases  = ":db:*"
	holdsData      = seesDatabases + " :db:*:keyspace:* :db:*:keyspace:*:table:*"
	managesStreams = holdsData + " :stream:*"
	managesAll     = managesStreams + " :role:*"
)

// defaultRole is a default role in short form: resources are suffixes of
// resource names, and both lists are separated by white space.
type defaultRole struct{ id, name, resources, actions string }

// defaultRoleData returns the default roles as the service listed them in 2022, in its
// order and with its one duplicate action. The IDs are the same in every
// organization.
func defaultRoleData() []defaultRole {
	return []defaultRole{
		{"b4ed0e9e-67e8-47b6-8b58-c6629be961a9", "R/W Svc Acct", holdsData, `
			accesslist-read db-all-keyspace-describe db-keyspace-describe db-table-select db-table-modify
			db-table-describe db-graphql db-rest db-cql`},
		{"43745b73-ad46-46e4-b826-c15d06d2cea0", "Admin User", holdsData, `
			org-read org-billing-read org-billing-write org-cmk-read org-cmk-write org-user-read org-user-write
			org-db-create org-db-passwordreset org-db-terminate org-db-suspend org-db-addpeering
			org-db-managemigratorproxy org-db-expand org-db-view db-all-keyspace-create db-all-keyspace-describe
			db-manage-privateendpoint db-keyspace-grant db-keyspace-modify db-keyspace-describe db-keyspace-create
			db-keyspace-authorize db-keyspace-alter db-keyspace-drop db-manage-region db-table-select db-table-grant
			db-table-modify db-table-describe db-table-create db-table-authorize db-table-alter db-table-drop db-graphql
			db-rest db-cql db-manage-thirdpartymetrics`},
		{"67c4b5dc-dd3f-4b2d-be51-09be12836d57", "API Admin User", managesStreams, `
			accesslist-read org-billing-read org-billing-write org-user-read org-user-write org-db-view org-db-create
			org-db-passwordreset org-db-terminate org-db-suspend org-db-addpeering org-db-managemigratorproxy
			org-db-expand org-db-view org-stream-manage db-manage-privateendpoint db-all-keyspace-create
			db-all-keyspace-describe db-keyspace-grant db-keyspace-modify db-keyspace-describe db-keyspace-create
			db-keyspace-authorize db-keyspace-alter db-keyspace-drop db-manage-region db-table-select db-table-grant
			db-table-modify db-table-describe db-table-create db-table-authorize db-table-alter db-table-drop db-graphql
			db-rest`},
		{"ad0566b5-2a67-49de-89e8-92258c2f2c98", "Organization Administrator", managesAll, `
			accesslist-read accesslist-write org-read org-write org-audits-read org-cmk-read org-cmk-write org-role-read
			org-role-write org-role-delete org-external-auth-read org-external-auth-write org-notification-write
			org-token-read org-token-write org-billing-read org-billing-write org-user-read org-user-write org-db-create
			org-db-passwordreset org-db-terminate org-db-suspend org-db-addpeering org-db-managemigratorproxy
			org-db-expand org-db-view org-stream-manage db-manage-privateendpoint db-all-keyspace-create
			db-all-keyspace-describe db-keyspace-grant db-keyspace-modify db-keyspace-describe db-keyspace-create
			db-keyspace-authorize db-keyspace-alter db-keyspace-drop db-manage-region db-table-select db-table-grant
			db-table-modify db-table-describe db-table-create db-table-authorize db-table-alter db-table-drop db-graphql
			db-rest db-cql db-manage-thirdpartymetrics`},
		{"16a4b1d7-a615-41f8-95ca-52b0280f4d77", "RO Svc Acct", holdsData, `
			accesslist-read db-all-keyspace-describe db-keyspace-describe db-table-select db-table-describe db-graphql
			db-rest db-cql`},
		{"74b7d8b1-ecf1-48e5-a35f-0f999d369889", "API RO Svc Acct", holdsData, `
			accesslist-read db-all-keyspace-describe db-keyspace-describe db-table-select db-table-describe db-graphql
			db-rest`},
		{"946cfbde-24cc-4953-9355-d57bfd61bf39", "API R/W User", holdsData, `
			accesslist-read org-db-view org-user-read db-all-keyspace-describe db-keyspace-describe db-table-select
			db-table-modify db-table-describe db-graphql db-rest`},
		{"dde8a0e9-f4ae-4b42-b642-9f257436c8da", "API Admin Svc Acct", managesStreams, `
			accesslist-read org-billing-read org-billing-write org-user-read org-user-write org-db-create
			org-db-passwordreset org-db-view org-db-terminate org-db-suspend org-db-addpeering org-db-managemigratorproxy
			org-db-expand org-stream-manage db-manage-privateendpoint db-all-keyspace-create db-all-keyspace-describe
			db-keyspace-grant db-keyspace-modify db-keyspace-describe db-keyspace-create db-keyspace-authorize
			db-keyspace-alter db-keyspace-drop db-manage-region db-table-select db-table-grant db-table-modify
			db-table-describe db-table-create db-table-authorize db-table-alter db-table-drop db-graphql db-rest`},
		{"efdfd41f-6184-4891-8400-b5779a0551d9", "API R/W Svc Acct", holdsData, `
			accesslist-read db-all-keyspace-describe db-keyspace-describe db-table-select db-table-modify
			db-table-describe db-graphql db-rest`},
		{"c5fabb3c-1ae1-4648-898f-d3b98167d62e", "Billing Admin", seesDatabases, `
			org-billing-read org-billing-write org-db-view org-user-read`},
		{"5dc84d0d-4fdd-4ec2-a223-71341b6d7685", "API RO User", holdsData, `
			accesslist-read org-db-view org-user-read db-all-keyspace-describe db-keyspace-describe db-table-select
			db-table-describe db-graphql db-rest`},
		{"1faa93f2-b889-4190-9585-4bc6e3c3595a", "Database Administrator", holdsData, `
			accesslist-read accesslist-write org-cmk-read org-cmk-write org-db-create org-db-passwordreset
			org-db-terminate org-db-suspend org-db-addpeering org-db-managemigratorproxy org-db-expand org-db-view
			org-token-read org-token-write org-user-read db-manage-privateendpoint db-all-keyspace-create
			db-all-keyspace-describe db-keyspace-grant db-keyspace-modify db-keyspace-describe db-keyspace-create
			db-keyspace-authorize db-keyspace-alter db-keyspace-drop db-manage-region db-table-select db-table-grant
			db-table-modify db-table-describe db-table-create db-table-authorize db-table-alter db-table-drop db-graphql
			db-rest db-cql db-manage-thirdpartymetrics`},
		{"b73e44b2-b9e9-43b8-a7c1-c6a2fe2dab50", "R/W User", holdsData, `
			accesslist-read org-db-view org-user-read db-all-keyspace-describe db-keyspace-describe db-table-select
			db-table-modify db-table-describe db-graphql db-rest db-cql`},
		{"d2cfcd63-055c-4a58-b957-8916d4a007a5", "RO User", holdsData, `
			accesslist-read org-db-view org-user-read db-all-keyspace-describe db-keyspace-describe db-table-select
			db-table-describe db-graphql db-rest db-cql`},
		{"a25baf86-1bde-43d2-86ac-647e3d884bac", "UI View Only", seesDatabases, `
			org-db-view org-user-read accesslist-read`},
		{"892c45bb-d395-488c-9428-8a50f7013e2b", "Admin Svc Acct", managesStreams, `
			org-billing-read org-billing-write org-cmk-read org-cmk-write org-user-read org-user-write org-db-create
			org-db-passwordreset org-db-view org-db-terminate org-db-suspend org-db-addpeering org-db-managemigratorproxy
			org-db-expand org-stream-manage db-manage-privateendpoint db-all-keyspace-create db-all-keyspace-describe
			db-keyspace-grant db-keyspace-modify db-keyspace-describe db-keyspace-create db-keyspace-authorize
			db-keyspace-alter db-keyspace-drop db-manage-region db-table-select db-table-grant db-table-modify
			db-table-describe db-table-create db-table-authorize db-table-alter db-table-drop db-graphql db-rest db-cql
			db-manage-thirdpartymetrics`},
	}
}

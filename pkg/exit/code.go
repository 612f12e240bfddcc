package exit

import "strconv"

// Code is an exit status of the program.
type Code int

// The exit statuses. Table explains them.
const (
	OK                Code = 0
	Failed            Code = 1
	Usage             Code = 2
	Config            Code = 3
	NoCredential      Code = 4
	Forbidden         Code = 5
	NotFound          Code = 6
	Conflict          Code = 7
	Unconfirmed       Code = 8
	SomeFailed        Code = 9
	CheckFailed       Code = 10
	Undecided         Code = 11
	Network           Code = 12
	RateLimited       Code = 13
	Server            Code = 14
	Unknown           Code = 15
	CredentialRevoked Code = 16
	Store             Code = 17
	Unwritable        Code = 18
	Refused           Code = 19
	RunFailed         Code = 125
	CannotExecute     Code = 126
	CommandNotFound   Code = 127
	HungUp            Code = 129
	Interrupted       Code = 130
	BrokenPipe        Code = 141
	Terminated        Code = 143
)

// Row is one row of the table of exit statuses.
type Row struct {
	Code    Code
	Name    string // the machine's word for it, in JSON errors
	Meaning string // for people
}

// Table returns the table of exit statuses, which the help topic and the docs
// are made from. Scripts depend on it: rows are added, never changed.
func Table() []Row {
	return []Row{
		{OK, "OK", "Done, or nothing needed to change."},
		{Failed, "FAILED", "An unexpected failure."},
		{Usage, "USAGE", "The command line is invalid. Nothing was sent."},
		{Config, "CONFIG", "The configuration or profile is missing or invalid."},
		{NoCredential, "UNAUTHENTICATED", "The credential is missing, rejected or expired."},
		{Forbidden, "FORBIDDEN", "The credential lacks a permission."},
		{NotFound, "NOT_FOUND", "The named object does not exist."},
		{Conflict, "CONFLICT", "The object already exists, was changed by another client, or the name is ambiguous."},
		{Unconfirmed, "UNCONFIRMED", "The confirmation was declined, or required without an interactive terminal."},
		{SomeFailed, "SOME_FAILED", "Some items failed."},
		{CheckFailed, "NEGATIVE", "The answer is no, or differences or problems were found."},
		{Undecided, "UNDECIDED", "The answer cannot be determined: something may not be read, or depends on an assumption about the service."},
		{Network, "NETWORK", "The service could not be reached or did not answer in time."},
		{RateLimited, "RATE_LIMITED", "The service still limited the request rate after several attempts."},
		{Server, "SERVER", "The service still failed after several attempts."},
		{Unknown, "OUTCOME_UNKNOWN", "A request that must not be repeated was sent and not answered. Check the result before you run the command again."},
		{CredentialRevoked, "NOTHING_KEPT", "A new credential could not be delivered and was revoked."},
		{Store, "STORE", "The secret store is unavailable or refused the operation."},
		{Unwritable, "UNWRITABLE", "A value cannot be represented in that shell or format."},
		{Refused, "REFUSED", "Refused for safety."},
		{RunFailed, "RUN_FAILED", "env run failed before it started the command. The code of a JSON error shows the reason."},
		{CannotExecute, "CANNOT_EXECUTE", "env run found the command but could not execute it."},
		{CommandNotFound, "COMMAND_NOT_FOUND", "env run did not find the command."},
		{HungUp, "HUNG_UP", "The terminal was closed (SIGHUP)."},
		{Interrupted, "INTERRUPTED", "Interrupted (SIGINT)."},
		{BrokenPipe, "READER_LEFT", "The reader of standard output closed it (SIGPIPE)."},
		{Terminated, "TERMINATED", "Terminated (SIGTERM)."},
	}
}

// Name returns the machine's word for a status.
func (c Code) Name() string {
	for _, e := range Table() {
		if e.Code == c {
			return e.Name
		}
	}
	return "FAILED"
}

// String returns the number.
func (c Code) String() string { return strconv.Itoa(int(c)) }

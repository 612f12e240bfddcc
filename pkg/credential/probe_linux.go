package credential

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/godbus/dbus/v5"
)

const (
	busVariable = "DBUS_SESSION_BUS_ADDRESS"

	secretsName       = "org.freedesktop.secrets"
	secretsPath       = dbus.ObjectPath("/org/freedesktop/secrets")
	loginPath         = secretsPath + "/collection/login"
	secretsInterface  = "org.freedesktop.Secret.Service"
	lockedProperty    = "org.freedesktop.Secret.Collection.Locked"
	noOwnerError      = "org.freedesktop.DBus.Error.NameHasNoOwner"
	noServiceError    = "org.freedesktop.DBus.Error.ServiceUnknown"
	noReplyError      = "org.freedesktop.DBus.Error.NoReply"
	isLockedError     = "org.freedesktop.Secret.Error.IsLocked"
	unlockFailedWords = "failed to unlock correct collection"
)

// probe checks the Secret Service without unlocking anything. It uses
// go-keyring's shared connection, which also saves the time of a second one.
func probe(getenv func(string) string) (lockState, error) {
	address, err := busAddress(getenv)
	if err != nil {
		return lockUnknown, err
	}
	// Without an address in its environment, godbus would start a bus and leave
	// it running. It reads only the environment of the process.
	if err := os.Setenv(busVariable, address); err != nil {
		return lockUnknown, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	bus, err := dbus.SessionBus()
	if err != nil {
		return lockUnknown, err
	}
	isLocked, err := collectionLocked(bus, loginPath, dbus.FlagNoAutoStart)
	if isNoService(err) {
		if err := checkActivatable(bus); err != nil {
			return lockUnknown, err
		}
		isLocked, err = collectionLocked(bus, loginPath, 0)
	}
	if err != nil {
		isLocked, err = defaultLocked(bus, err)
	}
	switch {
	case err != nil:
		return lockUnknown, err
	case isLocked:
		return locked, nil
	}
	return unlocked, nil
}

// busAddress returns the address of the session bus. It must be a local socket:
// other addresses would start a program or send secrets over a network.
func busAddress(getenv func(string) string) (string, error) {
	if address := getenv(busVariable); address != "" {
		for part := range strings.SplitSeq(address, ";") {
			if part != "" && !strings.HasPrefix(part, "unix:") {
				return "", fmt.Errorf("%w: %s does not name a local socket", ErrUnavailable, busVariable)
			}
		}
		return address, nil
	}
	runtime := getenv("XDG_RUNTIME_DIR")
	if runtime == "" {
		return "", fmt.Errorf("%w: no session bus (neither %s nor XDG_RUNTIME_DIR is set)", ErrUnavailable, busVariable)
	}
	socket := filepath.Join(runtime, "bus")
	if info, err := os.Stat(socket); err != nil || info.Mode().Type() != fs.ModeSocket {
		return "", fmt.Errorf("%w: no session bus (%s is not set and %s is not a socket)", ErrUnavailable, busVariable, socket)
	}
	return "unix:path=" + dbus.EscapeBusAddressValue(socket), nil
}

// checkActivatable returns nil if the bus can start a Secret Service.
func checkActivatable(bus *dbus.Conn) error {
	var names []string
	if err := bus.BusObject().Call("org.freedesktop.DBus.ListActivatableNames", 0).Store(&names); err != nil {
		return err
	}
	if slices.Contains(names, secretsName) {
		return nil
	}
	return noService()
}

func noService() error {
	return fmt.Errorf("%w: no Secret Service on the session bus (GNOME Keyring, KWallet and KeePassXC provide one)", ErrUnavailable)
}

// collectionLocked returns whether a collection is locked.
func collectionLocked(bus *dbus.Conn, path dbus.ObjectPath, flags dbus.Flags) (isLocked bool, err error) {
	name := strings.LastIndexByte(lockedProperty, '.')
	err = bus.Object(secretsName, path).Call("org.freedesktop.DBus.Properties.Get", flags,
		lockedProperty[:name], lockedProperty[name+1:]).Store(&isLocked)
	return isLocked, err
}

// defaultLocked returns whether the default collection is locked, for services
// without a login collection. Services respond with different errors for a
// missing collection, all of which lead here.
func defaultLocked(bus *dbus.Conn, first error) (bool, error) {
	if name := errorName(first); name == "" || name == noReplyError {
		return false, first
	}
	var path dbus.ObjectPath
	err := bus.Object(secretsName, secretsPath).Call(secretsInterface+".ReadAlias", 0, "default").Store(&path)
	switch {
	case err != nil:
		return false, err
	case path == "/":
		return false, fmt.Errorf("%w: no default keyring exists yet; create one in your password manager (Seahorse, KWallet)", ErrUnavailable)
	}
	return collectionLocked(bus, path, 0)
}

func isNoService(err error) bool {
	name := errorName(err)
	return name == noServiceError || name == noOwnerError
}

// errorName returns the name of a D-Bus error.
func errorName(err error) string {
	if answer, ok := errors.AsType[dbus.Error](err); ok {
		return answer.Name
	}
	return ""
}

// classify converts errors of the bus and of go-keyring. Messages of the
// service are not shown.
func classify(err error) error {
	if network, ok := errors.AsType[*net.OpError](err); ok {
		return fmt.Errorf("%w: cannot reach the session bus: %w", ErrUnavailable, network.Err)
	}
	switch name := errorName(err); {
	case name == isLockedError || strings.Contains(err.Error(), unlockFailedWords):
		return fmt.Errorf("%w, and the unlock dialog was closed or could not be shown", ErrLocked)
	case isNoService(err):
		return noService()
	case name == noReplyError:
		return fmt.Errorf("%w: the Secret Service exited before it responded", ErrUnavailable)
	case name != "":
		return fmt.Errorf("%w: the Secret Service returned %s", ErrUnavailable, name)
	}
	return nil
}

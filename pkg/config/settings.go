package config

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/viper"

	"github.com/astra-admin/astra/pkg/secret"
)

// Settings are the effective values before flags: environment, then the file's
// defaults, then built-in ones.
type Settings struct {
	Output         string // empty: a table on a terminal, else tsv
	NoInput        bool
	Accessible     bool          // plain prompts and messages for screen readers
	Timeout        time.Duration // 0: the default of the command
	APIURL         string
	Store          string // empty: the keyring
	Shell          string // empty: that of the parent process
	KeyringTimeout time.Duration
	Debug          string // empty or http
	Sandbox        bool
	Profile        string
	Token          secret.Text
	APIToken       secret.Text // Terraform's variable for it
	ConfigDir      string
	StateDir       string
	CacheDir       string

	values *viper.Viper
	source map[string]string
}

// DefaultKeys returns the settings that are allowed in the defaults of the
// file. Those that select credentials or endpoints are not.
func DefaultKeys() []string {
	return []string{"accessible", "debug", "keyring_timeout", "no_input", "output", "shell", "store", "timeout"}
}

// SettingKeys returns the names of all settings. Variable returns the variable
// of each.
func SettingKeys() []string {
	return []string{
		"accessible", "api_token", "api_url", "cache_dir", "config_dir", "debug", "keyring_timeout", "no_input",
		"output", "profile", "sandbox", "shell", "state_dir", "store", "timeout", "token",
	}
}

// Variable returns the name of the environment variable of a setting.
func Variable(key string) string { return "ASTRA_" + strings.ToUpper(key) }

// NewSettings reads the settings from the environment and the defaults of the
// configuration file. Invalid values count as unset; the error, which wraps
// ErrConfig, names their variables and never a value.
func NewSettings(getenv func(string) string, defaults map[string]string) (*Settings, error) {
	s := &Settings{values: viper.New(), source: make(map[string]string)}
	s.values.SetDefault("keyring_timeout", "3s")
	file := make(map[string]any, len(defaults))
	for _, key := range DefaultKeys() {
		if value := defaults[key]; value != "" {
			file[key], s.source[key] = value, FileName
		}
	}
	if err := s.values.MergeConfigMap(file); err != nil {
		return s, &Error{Path: FileName, Err: err}
	}
	for _, key := range SettingKeys() {
		if value := getenv(Variable(key)); value != "" {
			s.values.Set(key, value)
			s.source[key] = Variable(key)
		}
	}
	return s, s.read()
}

// Source returns the origin of the value of a setting: the name of a variable,
// FileName, or an empty string for a built-in default.
func (s *Settings) Source(key string) string { return s.source[key] }

func (s *Settings) read() error {
	var errs []error
	s.Output = s.values.GetString("output")
	s.NoInput = s.boolean("no_input", &errs)
	s.Accessible = s.boolean("accessible", &errs)
	s.Timeout = s.duration("timeout", &errs)
	s.APIURL = s.values.GetString("api_url")
	s.Store = s.values.GetString("store")
	s.Shell = s.values.GetString("shell")
	s.KeyringTimeout = s.duration("keyring_timeout", &errs)
	s.Debug = s.debug(&errs)
	s.Sandbox = s.boolean("sandbox", &errs)
	s.Profile = s.values.GetString("profile")
	s.Token = secret.Text(s.values.GetString("token"))
	s.APIToken = secret.Text(s.values.GetString("api_token"))
	s.ConfigDir = s.values.GetString("config_dir")
	s.StateDir = s.values.GetString("state_dir")
	s.CacheDir = s.values.GetString("cache_dir")
	return errors.Join(errs...)
}

// debug accepts http and the values of a boolean.
func (s *Settings) debug(errs *[]error) string {
	var unclear []error
	switch on := s.boolean("debug", &unclear); {
	case on:
		return "http"
	case s.values.GetString("debug") == "http":
		return "http"
	case unclear != nil:
		*errs = append(*errs, s.invalidValue("debug", "is not http, on (1, true, yes) or off (0, false, no)"))
	}
	return ""
}

func (s *Settings) boolean(key string, errs *[]error) bool {
	switch strings.ToLower(s.values.GetString(key)) {
	case "", "0", "false", "no":
		return false
	case "1", "true", "yes":
		return true
	}
	*errs = append(*errs, s.invalidValue(key, "is not on (1, true, yes) or off (0, false, no)"))
	return false
}

// duration accepts 90s or 2m, and a number as seconds.
func (s *Settings) duration(key string, errs *[]error) time.Duration {
	text := s.values.GetString(key)
	if text == "" {
		return 0
	}
	if _, err := strconv.Atoi(text); err == nil {
		text += "s"
	}
	d, ok := Duration(text)
	if !ok {
		*errs = append(*errs, s.invalidValue(key, "is not a duration such as 30s, 5m, 36h, 90d or 2w"))
		return 0
	}
	return d
}

func (s *Settings) invalidValue(key, why string) error {
	source := s.source[key]
	if source == FileName {
		source = "defaults." + key + " in " + FileName
	}
	return &Error{Path: source, Why: why}
}

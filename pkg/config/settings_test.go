package config

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func lookup(vars map[string]string) func(string) string {
	return func(name string) string { return vars[name] }
}

func TestSettings(t *testing.T) {
	tests := []struct {
		name     string
		env      map[string]string
		defaults map[string]string
		want     Settings
	}{
		{"nothing", nil, nil, Settings{KeyringTimeout: 3 * time.Second}},
		{
			"the file over what is built in", nil,
			map[string]string{"output": "json", "keyring_timeout": "5s", "no_input": "true"},
			Settings{Output: "json", KeyringTimeout: 5 * time.Second, NoInput: true},
		},
		{
			"the environment over the file",
			map[string]string{"ASTRA_OUTPUT": "csv", "ASTRA_NO_INPUT": "0", "ASTRA_TIMEOUT": "90"},
			map[string]string{"output": "json", "no_input": "true", "timeout": "1m"},
			Settings{Output: "csv", Timeout: 90 * time.Second, KeyringTimeout: 3 * time.Second},
		},
		{
			"everything",
			map[string]string{
				"ASTRA_API_TOKEN": "t2", "ASTRA_API_URL": "https://x", "ASTRA_CACHE_DIR": "/c", "ASTRA_CONFIG_DIR": "/f",
				"ASTRA_ACCESSIBLE": "1", "ASTRA_DEBUG": "http", "ASTRA_KEYRING_TIMEOUT": "1s", "ASTRA_NO_INPUT": "YES", "ASTRA_OUTPUT": "yaml",
				"ASTRA_PROFILE": "P.x", "ASTRA_SANDBOX": "1", "ASTRA_SHELL": "fish", "ASTRA_STATE_DIR": "/s",
				"ASTRA_STORE": "file", "ASTRA_TIMEOUT": "2m", "ASTRA_TOKEN": "t1", "ASTRA_DB_APPLICATION_TOKEN": "never",
			},
			nil,
			Settings{
				Output: "yaml", NoInput: true, Accessible: true, Timeout: 2 * time.Minute, APIURL: "https://x", Store: "file", Shell: "fish",
				KeyringTimeout: time.Second, Debug: "http", Sandbox: true, Profile: "P.x", Token: "t1", APIToken: "t2",
				ConfigDir: "/f", StateDir: "/s", CacheDir: "/c",
			},
		},
		{"a trace", map[string]string{"ASTRA_DEBUG": "1"}, nil, Settings{KeyringTimeout: 3 * time.Second, Debug: "http"}},
		{"no trace", map[string]string{"ASTRA_DEBUG": "0"}, map[string]string{"debug": "http"}, Settings{KeyringTimeout: 3 * time.Second}},
		{
			"the file decides nothing about credentials", nil,
			map[string]string{"token": "x", "api_url": "https://x", "profile": "p", "sandbox": "1", "config_dir": "/x"},
			Settings{KeyringTimeout: 3 * time.Second},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := NewSettings(lookup(tt.env), tt.defaults)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, *got, cmpopts.IgnoreUnexported(Settings{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSettingsSource(t *testing.T) {
	s, err := NewSettings(lookup(map[string]string{"ASTRA_OUTPUT": "csv"}), map[string]string{"output": "json", "store": "file"})
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{"output": "ASTRA_OUTPUT", "store": FileName, "keyring_timeout": ""} {
		if got := s.Source(key); got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
}

func TestSettingsRefuse(t *testing.T) {
	s, err := NewSettings(
		lookup(map[string]string{"ASTRA_NO_INPUT": "hush", "ASTRA_TIMEOUT": "-1s", "ASTRA_OUTPUT": "csv", "ASTRA_DEBUG": "hush"}),
		map[string]string{"keyring_timeout": "hush"})
	if !errors.Is(err, ErrConfig) || strings.Contains(err.Error(), "hush") {
		t.Fatal(err)
	}
	for _, want := range []string{"ASTRA_NO_INPUT", "ASTRA_TIMEOUT", "ASTRA_DEBUG: is not http, on", "defaults.keyring_timeout in config.yaml"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
	if s.Output != "csv" {
		t.Error("the good ones are lost")
	}
}

func TestSettingsShowNoSecret(t *testing.T) {
	s, err := NewSettings(lookup(map[string]string{"ASTRA_TOKEN": "hush-hush"}), nil)
	if err != nil || s.Token.Reveal() != "hush-hush" {
		t.Fatal(err)
	}
	if text := fmt.Sprintf("%v %+v", s.Token, s); strings.Contains(text, "hush-hush") {
		t.Error("printed")
	}
}

func TestDirs(t *testing.T) {
	tests := []struct {
		name, home, goos string
		env              map[string]string
		want             Paths
	}{
		{"home", "/h", "linux", nil, Paths{"/h/.config/astra", "/h/.local/state/astra", "/h/.cache/astra"}},
		{"mac", "/h", "darwin", nil, Paths{"/h/.config/astra", "/h/.local/state/astra", "/h/.cache/astra"}},
		{
			"xdg", "/h", "linux",
			map[string]string{"XDG_CONFIG_HOME": "/x", "XDG_STATE_HOME": "relative", "XDG_CACHE_HOME": "/z"},
			Paths{"/x/astra", "/h/.local/state/astra", "/z/astra"},
		},
		{
			"our own", "", "linux",
			map[string]string{"ASTRA_CONFIG_DIR": "/x/", "ASTRA_STATE_DIR": "/y", "ASTRA_CACHE_DIR": "/z", "XDG_STATE_HOME": "/n"},
			Paths{"/x", "/y", "/z"},
		},
		{
			"windows", "/u", "windows",
			map[string]string{"APPDATA": "/u/roam", "XDG_CONFIG_HOME": "/x"},
			Paths{"/u/roam/astra", "/u/AppData/Local/astra/state", "/u/AppData/Local/astra/cache"},
		},
	}
	for _, tt := range tests {
		got, err := Dirs(lookup(tt.env), tt.home, tt.goos)
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v %s", tt.name, err, diff)
		}
	}
	got, err := Dirs(lookup(map[string]string{"XDG_STATE_HOME": "/y"}), "", "linux")
	if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), "ASTRA_CONFIG_DIR") || strings.Contains(err.Error(), "STATE") {
		t.Error(err)
	}
	if got != (Paths{State: "/y/astra"}) || got.ConfigFile() != "" {
		t.Errorf("%v", got)
	}
}

func BenchmarkSettings(b *testing.B) {
	getenv := lookup(map[string]string{"ASTRA_OUTPUT": "json"})
	for b.Loop() {
		if _, err := NewSettings(getenv, nil); err != nil {
			b.Fatal(err)
		}
	}
}

package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// writeSBOM lists the parts of an archive with syft. Syft puts a random identifier and
// the current time into a document; the hash of the archive and the time of the commit
// replace them.
func writeSBOM(archive, format, document string, at time.Time) error {
	sum, err := hashFile(archive)
	if err != nil {
		return err
	}
	syft := exec.Command("syft", "scan", "file:"+archive, "--quiet", "--output", format,
		"--source-name", filepath.Base(archive), "--source-version", fmt.Sprintf("%x", sum))
	syft.Env = append(os.Environ(), "SYFT_CHECK_FOR_APP_UPDATE=false")
	syft.Stderr = os.Stderr
	text, err := syft.Output()
	if err != nil {
		return fmt.Errorf("syft: %w", err)
	}
	var bill map[string]any
	numbers := json.NewDecoder(bytes.NewReader(text))
	numbers.UseNumber()
	if err := numbers.Decode(&bill); err != nil {
		return fmt.Errorf("syft: %w", err)
	}
	if err := fixBill(bill, filepath.Base(archive), sum, at); err != nil {
		return err
	}
	text, err = json.MarshalIndent(bill, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(document, append(text, '\n'), 0o644)
}

// fixBill replaces what differs between two runs for one archive.
func fixBill(bill map[string]any, name string, sum [sha256.Size]byte, at time.Time) error {
	stamp := at.Format(time.RFC3339)
	id := uuid(sum)
	if info, ok := bill["creationInfo"].(map[string]any); ok { // SPDX
		info["created"] = stamp
		bill["documentNamespace"] = "https://github.com/astra-admin/astra/sbom/" + name + "-" + id
		return nil
	}
	if data, ok := bill["metadata"].(map[string]any); ok { // CycloneDX
		data["timestamp"] = stamp
		bill["serialNumber"] = "urn:uuid:" + id
		return nil
	}
	return fmt.Errorf("%s: neither SPDX nor CycloneDX", name)
}

// uuid returns a UUID of version 8, which is made from other data.
func uuid(sum [sha256.Size]byte) string {
	sum[6] = sum[6]&0x0f | 0x80
	sum[8] = sum[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

func hashFile(path string) ([sha256.Size]byte, error) {
	text, err := os.ReadFile(path)
	return sha256.Sum256(text), err
}

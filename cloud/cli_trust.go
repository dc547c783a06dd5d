package cloud

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"awesome.pizza/cloud/downlink"
	"awesome.pizza/shared/authority"
	"awesome.pizza/shared/settings"
)

// hubCertificateLife is how long the certificate of a hub of one's own is good for: a person renews it, by running cloud trust again.
const hubCertificateLife = 397 * 24 * time.Hour

// trusting are the settings of cloud trust.
type trusting struct {
	data, out, accounts string
	hosts               []string
	rotate, dropOld     bool
}

func trustCommand() *cobra.Command {
	var t trusting
	cmd := &cobra.Command{
		Use:   "trust",
		Short: "Write what a nats-server of your own has to trust and to show, and end",
		Long: `trust makes the chain's keys and authority in --data if there are none, and writes beside --out:

  trust.conf        whom the hub believes: the chain's operator and accounts. Include it from the server's own configuration
  tls.conf          its certificate: include it there, and once more inside of leafnodes { }
  ca.pem, hub.pem, hub.key

deploy/nats/hub.conf is such a configuration. Certificates are good for 397 days: run trust again, and have the server read its
configuration again (nats-server --signal reload). --rotate gives the chain a new key for signing nodes' credentials; running cores notice,
tell the hub and have the nodes fetch theirs. --drop-old is for a key that was stolen: what it has signed ends at once.`,
		Example: "  cloud trust --data /var/lib/awesome-pizza --out /etc/nats/trust/trust.conf --host hub.pizza.example",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := settings.Fill(cmd, "CLOUD"); err != nil {
				return err
			}
			return t.write(cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f := cmd.Flags()
	f.StringVar(&t.data, "data", Config{}.withDefaults().Data, "`directory` of the core")
	f.StringVar(&t.out, "out", "", "`file` to write; empty prints whom to believe and writes nothing")
	f.StringVar(&t.accounts, "accounts", "", "`directory`, at the hub, for what cores tell it of the accounts; each server has one of its own; empty is accounts beside --out")
	f.StringSliceVar(&t.hosts, "host", nil, "`names` and addresses by which nodes and cores reach the hub: they go into its certificate")
	f.BoolVar(&t.rotate, "rotate", false, "sign nodes' credentials with a new key from now on")
	f.BoolVar(&t.dropOld, "drop-old", false, "with --rotate: refuse what older keys have signed")
	return cmd
}

func (t *trusting) write(w, aside io.Writer) error {
	if t.dropOld && !t.rotate {
		return settings.Usage("--drop-old goes with --rotate")
	}
	dir, err := filepath.Abs(filepath.Dir(t.out))
	if err != nil {
		return fmt.Errorf("find %s: %w", t.out, err)
	}
	kept := filepath.Join(t.data, "keys")
	if _, err := os.Stat(kept); errors.Is(err, fs.ErrNotExist) {
		if t.out == "" {
			return settings.Usage("there are no keys in %s: write the --data of the core, or --out to make a new chain's keys there", kept)
		}
		fmt.Fprintf(aside, "there were no keys in %s: these are those of a new chain\n", kept)
	}
	keys, err := downlink.LoadKeys(kept)
	if err != nil {
		return err
	}
	if t.rotate {
		if err := keys.Rotate(time.Now(), t.dropOld); err != nil {
			return err
		}
	}
	text, err := keys.TrustConfig(cmp.Or(t.accounts, filepath.Join(dir, "accounts")), time.Now())
	if err != nil {
		return err
	}
	if t.out == "" {
		_, err = io.WriteString(w, text)
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("write %s: %w", t.out, err)
	}
	if err := t.writeCertificate(dir); err != nil {
		return err
	}
	return os.WriteFile(t.out, []byte(text), 0o644)
}

// writeCertificate writes what the hub shows.
func (t *trusting) writeCertificate(dir string) error {
	chain, err := authority.Load(filepath.Join(t.data, "keys"), authorityName)
	if err != nil {
		return err
	}
	if err := chain.Write(dir, t.hosts, hubCertificateLife); err != nil {
		return err
	}
	text := fmt.Sprintf("tls {\n  cert_file: %s\n  key_file: %s\n  timeout: 10\n}\n",
		strconv.Quote(filepath.Join(dir, "hub.pem")), strconv.Quote(filepath.Join(dir, "hub.key")))
	if err := os.WriteFile(filepath.Join(dir, "tls.conf"), []byte(text), 0o644); err != nil {
		return fmt.Errorf("write the hub's certificate: %w", err)
	}
	return nil
}

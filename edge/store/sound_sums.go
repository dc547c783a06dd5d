package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc64"
	"math"
	"slices"
	"strings"
	"sync"

	"modernc.org/sqlite"
)

// SQLite notices when the structure of a file is broken, not when a letter in it is another one, nor when a page is an older one than was
// written last. So each row carries a sum of what is in it, and each table has a digest: the sum of its rows' sums. Triggers of the writer's
// connection keep both; they are temporary, because a schema's own triggers may not call functions that are ours (trusted_schema is off).

// sumBits is the size of sums and digests: differences of two of them fit into SQLite's integers.
const sumBits = 1<<48 - 1

// rowSum is the sum of a row: CRC-64 over its values, each with its type and length.
func rowSum(table *crc64.Table, values []driver.Value) int64 {
	var sum uint64
	add := func(kind byte, raw []byte) {
		head := binary.BigEndian.AppendUint64([]byte{kind}, uint64(len(raw)))
		sum = crc64.Update(crc64.Update(sum, table, head), table, raw)
	}
	for _, value := range values {
		switch v := value.(type) {
		case nil:
			add(0, nil)
		case int64:
			add(1, binary.BigEndian.AppendUint64(nil, uint64(v)))
		case float64:
			add(2, binary.BigEndian.AppendUint64(nil, math.Float64bits(v)))
		case string:
			add(3, []byte(v))
		case []byte:
			add(4, v)
		default:
			add(5, fmt.Append(nil, v))
		}
	}
	return int64(sum & sumBits)
}

// connector opens connections that know row_sum, and on which armed statements are executed first.
type connector struct {
	driver *sqlite.Driver
	dsn    string

	mu    *sync.Mutex
	armed *[]string
}

func newConnector(dsn string) (connector, error) {
	c := connector{driver: new(sqlite.Driver), dsn: dsn, mu: new(sync.Mutex), armed: new([]string)}
	ecma := crc64.MakeTable(crc64.ECMA)
	err := c.driver.RegisterDeterministicScalarFunction("row_sum", -1, func(_ *sqlite.FunctionContext, values []driver.Value) (driver.Value, error) {
		return rowSum(ecma, values), nil
	})
	if err != nil {
		return c, fmt.Errorf("teach SQLite sums: %w", err)
	}
	c.driver.RegisterConnectionHook(func(conn sqlite.ExecQuerierContext, _ string) error {
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, statement := range *c.armed {
			if _, err := conn.ExecContext(context.Background(), statement, nil); err != nil {
				return err
			}
		}
		return nil
	})
	return c, nil
}

// Connect opens a connection.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return c.driver.Open(c.dsn)
}

// Driver is the driver, for database/sql.
func (c connector) Driver() driver.Driver { return c.driver }

// summed is a table with its columns.
type summed struct {
	name    string
	columns []string // what is summed
	key     []string // primary key
	carries bool     // each row has its sum beside it
}

// of is the sum of a row in SQL: who is NEW, OLD or the table itself.
func (t summed) of(who string) string {
	terms := []string{"'" + t.name + "'"}
	for _, c := range t.columns {
		terms = append(terms, who+`."`+c+`"`)
	}
	return "row_sum(" + strings.Join(terms, ", ") + ")"
}

// triggers keep the sums of a table up to date.
func (t summed) triggers() []string {
	was, note, where := t.of("OLD"), "", []string{}
	if t.carries {
		for _, k := range t.key {
			where = append(where, fmt.Sprintf(`%q = NEW.%q`, k, k))
		}
		was, note = `OLD."sum"`, fmt.Sprintf(`UPDATE "%s" SET "sum" = %s WHERE %s;`, t.name, t.of("NEW"), strings.Join(where, " AND "))
	}
	change := func(rows int, difference string) string {
		return fmt.Sprintf(`UPDATE sums SET digest = (digest + %s) & %d, rows = rows + %d WHERE name = '%s';`, difference, sumBits, rows, t.name)
	}
	of := `"` + strings.Join(t.columns, `", "`) + `"`
	return []string{
		fmt.Sprintf(`CREATE TEMP TRIGGER "sum_in_%s" AFTER INSERT ON main."%s" BEGIN %s %s END`, t.name, t.name, note, change(1, t.of("NEW"))),
		fmt.Sprintf(`CREATE TEMP TRIGGER "sum_up_%s" AFTER UPDATE OF %s ON main."%s" BEGIN %s %s END`, t.name, of, t.name, note,
			change(0, t.of("NEW")+" - "+was)),
		fmt.Sprintf(`CREATE TEMP TRIGGER "sum_out_%s" AFTER DELETE ON main."%s" BEGIN %s END`, t.name, t.name, change(-1, "-"+was)),
	}
}

// summedTables are the tables whose content is summed: all but the sums themselves.
func summedTables(ctx context.Context, q querier) ([]summed, error) {
	type column struct {
		table, name string
		key         bool
	}
	columns, err := list(ctx, q, func(row scanner) (c column, err error) { return c, row.Scan(&c.table, &c.name, &c.key) },
		`SELECT t.name, c.name, c.pk > 0 FROM main.sqlite_schema t, pragma_table_xinfo(t.name) c
		WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\_%' ESCAPE '\' AND t.name <> 'sums' AND c.hidden = 0 ORDER BY t.name, c.cid`)
	if err != nil {
		return nil, fmt.Errorf("list the tables: %w", err)
	}
	var tables []summed
	for _, c := range columns {
		if n := len(tables); n == 0 || tables[n-1].name != c.table {
			tables = append(tables, summed{name: c.table})
		}
		t := &tables[len(tables)-1]
		if c.name == "sum" {
			t.carries = true
			continue
		}
		if t.columns = append(t.columns, c.name); c.key {
			t.key = append(t.key, c.name)
		}
	}
	return tables, nil
}

// schemaSum is the sum of what the file says its tables are.
func schemaSum(ctx context.Context, q querier) (int64, error) {
	sums, err := list(ctx, q, scanNumber, `SELECT row_sum(type, name, tbl_name, sql) FROM main.sqlite_schema`)
	if err != nil {
		return 0, fmt.Errorf("read the schema: %w", err)
	}
	var all int64
	for _, s := range sums {
		all = (all + s) & sumBits
	}
	return all, nil
}

func scanNumber(row scanner) (n int64, err error) { return n, row.Scan(&n) }

// schemaRow is the row of sums for the schema: its sum, and the version of the migrations as the number of rows.
const schemaRow = "(schema)"

// version is the last migration that the file has seen.
func version(ctx context.Context, q querier) (int64, error) {
	v, err := list(ctx, q, scanNumber, `SELECT coalesce(max(version_id), 0) FROM goose_db_version`)
	if err != nil {
		return 0, fmt.Errorf("read the version of the schema: %w", err)
	}
	return v[0], nil
}

// sumsCurrent tells whether the file has sums, and they are of the schema that it has. After a migration they are not, until arm has run.
func sumsCurrent(ctx context.Context, q querier) (bool, error) {
	has, err := list(ctx, q, scanNumber, `SELECT count(*) FROM main.sqlite_schema WHERE name IN ('sums', 'goose_db_version')`)
	if err != nil || has[0] < 2 {
		return false, err
	}
	sealed, err := list(ctx, q, scanNumber, `SELECT rows FROM sums WHERE name = ?`, schemaRow)
	if err != nil || len(sealed) == 0 {
		return false, err
	}
	now, err := version(ctx, q)
	return err == nil && sealed[0] == now, err
}

// arm makes the writer keep the sums from now on, and computes them when they are of another schema.
func (s *Store) arm(ctx context.Context) error {
	tables, err := summedTables(ctx, s.write)
	if err != nil {
		return err
	}
	current, err := sumsCurrent(ctx, s.write)
	if err != nil {
		return err
	}
	if !current {
		if err := s.inTx(ctx, func(tx *sql.Tx) error { return sumAll(ctx, tx, tables) }); err != nil {
			return fmt.Errorf("sum up the tables: %w", err)
		}
	}
	var triggers []string
	for _, t := range tables {
		triggers = append(triggers, t.triggers()...)
	}
	for _, trigger := range triggers {
		if _, err := s.write.ExecContext(ctx, trigger); err != nil {
			return fmt.Errorf("keep the sums: %w", err)
		}
	}
	s.writer.mu.Lock()
	defer s.writer.mu.Unlock()
	*s.writer.armed = triggers // for a connection that replaces this one
	return nil
}

// sumAll computes all sums anew.
func sumAll(ctx context.Context, tx *sql.Tx, tables []summed) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM sums`); err != nil {
		return err
	}
	for _, t := range tables {
		if t.carries {
			if _, err := tx.ExecContext(ctx, fmt.Sprintf(`UPDATE "%s" SET "sum" = %s`, t.name, t.of(`"`+t.name+`"`))); err != nil {
				return err
			}
		}
		digest, rows, _, err := t.digest(ctx, tx)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO sums (name, digest, rows) VALUES (?, ?, ?)`, t.name, digest, rows); err != nil {
			return err
		}
	}
	schema, err := schemaSum(ctx, tx)
	if err != nil {
		return err
	}
	now, err := version(ctx, tx)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO sums (name, digest, rows) VALUES (?, ?, ?)`, schemaRow, schema, now)
	return err
}

// digest reads a table: the sum of its rows' sums, how many there are, and how many are not what their own sum says.
func (t summed) digest(ctx context.Context, q querier) (digest, rows, wrong int64, err error) {
	own := "NULL"
	if t.carries {
		own = `"sum"`
	}
	all, err := q.QueryContext(ctx, fmt.Sprintf(`SELECT %s, %s FROM main."%s" NOT INDEXED`, t.of(`"`+t.name+`"`), own, t.name))
	if err != nil {
		return 0, 0, 0, err
	}
	defer func() { err = errors.Join(err, all.Close()) }()
	for all.Next() {
		var sum int64
		var own sql.NullInt64
		if err := all.Scan(&sum, &own); err != nil {
			return 0, 0, 0, err
		}
		if t.carries && own.Int64 != sum {
			wrong++
		}
		digest, rows = (digest+sum)&sumBits, rows+1
	}
	return digest, rows, wrong, all.Err()
}

// checkSums reads everything and says what is not as it was written; nothing is wrong when it returns "".
func checkSums(ctx context.Context, q querier) (string, error) {
	tables, err := summedTables(ctx, q)
	if err != nil {
		return "", err
	}
	type sealed struct {
		name         string
		digest, rows int64
	}
	seals, err := list(ctx, q, func(row scanner) (s sealed, err error) { return s, row.Scan(&s.name, &s.digest, &s.rows) },
		`SELECT name, digest, rows FROM sums`)
	if err != nil {
		return "", fmt.Errorf("read the sums: %w", err)
	}
	schema, err := schemaSum(ctx, q)
	if err != nil {
		return "", err
	}
	if !slices.ContainsFunc(seals, func(s sealed) bool { return s.name == schemaRow && s.digest == schema }) {
		return "the schema is not what was written", nil
	}
	for _, t := range tables {
		digest, rows, wrong, err := t.digest(ctx, q)
		if err != nil {
			return "", fmt.Errorf("sum up %s: %w", t.name, err)
		}
		if wrong > 0 {
			return fmt.Sprintf("%d of %d rows of %s are not what was written", wrong, rows, t.name), nil
		}
		if !slices.Contains(seals, sealed{t.name, digest, rows}) {
			return fmt.Sprintf("%s has not the rows that were written last", t.name), nil
		}
	}
	return "", nil
}

package output

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/itchyny/gojq"
)

// maxRepeated is the maximum size of a text that "*" creates.
const maxRepeated = 128 << 20

var errRepeated = errors.New("the expression repeats a text beyond 128 MiB")

// boundMultiplications replaces the multiplications of a program with ones limited to
// maxRepeated. While gigabytes are allocated, the garbage collector stops
// everything, so that neither a timeout nor a signal could end the program.
func boundMultiplications(q *gojq.Query) error {
	return eachQuery(reflect.ValueOf(q), func(q *gojq.Query) error {
		var text string
		switch q.Op {
		case gojq.OpMul:
			text = fmt.Sprintf("(%s(%s; %s) | .[0] * .[1])", factors, q.Left, q.Right)
		case gojq.OpUpdateMul:
			text = fmt.Sprintf("((%s) as $%s | (%s) |= (%[2]s(.; $%[2]s) | .[0] * .[1]))", q.Right, factors, q.Left)
		default:
			return nil
		}
		replaced, err := gojq.Parse(text)
		if err != nil {
			return err
		}
		replaced.Meta, replaced.Imports, replaced.FuncDefs = q.Meta, q.Imports, q.FuncDefs
		*q = *replaced
		return nil
	})
}

// factors is the name of the function that checks the operands.
const factors = "_factors"

// checkFactors returns both operands, or an error if their product is too
// large.
func checkFactors(_ any, both []any) any {
	for i, v := range both {
		s, isText := v.(string)
		n, isNumber := gojq.ToFloat64(both[1-i])
		if !isText || !isNumber {
			continue
		}
		switch size := float64(len(s)) * n; {
		case size > maxMemory:
			return errMemory
		case size > maxRepeated:
			return errRepeated
		}
	}
	return []any{both[0], both[1]}
}

// eachQuery calls do with all queries in v, inner ones first.
func eachQuery(v reflect.Value, do func(*gojq.Query) error) error {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		if err := eachQuery(v.Elem(), do); err != nil {
			return err
		}
		if q, ok := reflect.TypeAssert[*gojq.Query](v); ok {
			return do(q)
		}
	case reflect.Struct:
		for _, field := range v.Fields() {
			if err := eachQuery(field, do); err != nil {
				return err
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			if err := eachQuery(v.Index(i), do); err != nil {
				return err
			}
		}
	default: // other types have no queries
	}
	return nil
}

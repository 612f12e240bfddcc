package role

import (
	"github.com/astra-admin/astra/pkg/cli"
	"github.com/astra-admin/astra/pkg/iam"
	"github.com/astra-admin/astra/pkg/output"
)

// cell is a role of the matrix.
type cell struct {
	ID          string `json:"id" yaml:"id"`
	Name        string `json:"name" yaml:"name"`
	DisplayName string `json:"displayName" yaml:"displayName"`
}

func cellOf(r iam.Role) cell {
	return cell{ID: r.ID, Name: r.Name, DisplayName: iam.DisplayName(r.ID)}
}

func matrixColumns() []output.Column[iam.MatrixRow] {
	level := func(key string, role func(iam.MatrixRow) iam.Role) output.Column[iam.MatrixRow] {
		return output.Column[iam.MatrixRow]{
			Key:   key,
			Value: func(r iam.MatrixRow) any { return cellOf(role(r)) },
			Text:  func(r iam.MatrixRow) string { return role(r).Name },
		}
	}
	return []output.Column[iam.MatrixRow]{
		{Key: "kind", Value: func(r iam.MatrixRow) any { return r.Kind }, Name: true},
		level("administrator", func(r iam.MatrixRow) iam.Role { return r.Administrator }),
		level("readWrite", func(r iam.MatrixRow) iam.Role { return r.ReadWrite }),
		level("readOnly", func(r iam.MatrixRow) iam.Role { return r.ReadOnly }),
	}
}

// printMatrix prints the default roles by kind and level. They are the same in
// every organization, so no request is needed.
func printMatrix(app *cli.App) error {
	if err := cli.PrintRead(app, matrixColumns(), iam.Matrix(), "No roles match."); err != nil {
		return err
	}
	app.Say("Default roles outside the matrix: Organization Administrator, Database Administrator, Billing Admin, UI View Only.")
	return nil
}
